export declare const root: string;
export declare function buildIfNeeded(options?: { folder?: string; onBuild?: () => void }): boolean;
export declare function buildOrExit(): void;
export declare function compiled(path: string): string;
