export * from '#database';
