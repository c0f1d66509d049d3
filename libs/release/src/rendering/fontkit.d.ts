/** What is asked of fontkit, which pdfkit draws with and which comes without types. */
declare module 'fontkit' {
  export interface Font {
    /** Whether the font has a letter for the code point. */
    hasGlyphForCodePoint(codePoint: number): boolean;
  }
  /** Reads a font file. */
  export function openSync(path: string): Font;
}
