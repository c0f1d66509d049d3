export * from './audit';
export * from './cases';
export * from './documents';
export * from './instruments';
export * from './label';
export * from './notifications';
export * from './problem';
export * from './session';
