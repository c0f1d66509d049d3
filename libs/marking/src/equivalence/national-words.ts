/** The levels that have equivalents; UNCLASSIFIED is no classification and has none. */
export type NatoLevel = 'TOP SECRET' | 'SECRET' | 'CONFIDENTIAL' | 'RESTRICTED';

/**
 * How well a row is founded: in the Official Journal's table (2021/C 247 I/01, which equates to the levels of the EU; those are
 * taken to be NATO's, one to one), in a secondary source, or unconfirmed.
 */
export type Evidence = 'official journal' | 'secondary' | 'unconfirmed';

/** A nation's word for a level, from a day and until a day (both included) where they are known. */
export interface NationalWord {
  readonly nation: string;
  readonly level: NatoLevel;
  readonly word: string;
  readonly from?: string;
  readonly until?: string;
  readonly evidence: Evidence;
}

const LEVELS: readonly NatoLevel[] = ['TOP SECRET', 'SECRET', 'CONFIDENTIAL', 'RESTRICTED'];

/** One line for each nation: evidence, code, words for the four levels. `/` parts two official languages, `-` is none. */
const TABLE = `
s ALB Tepër sekret | Sekret | Konfidencial | I kufizuar
o BEL Très Secret / Zeer Geheim | Secret / Geheim | Confidentiel / Vertrouwelijk | -
o BGR Строго секретно | Секретно | Поверително | За служебно ползване
s CAN Top Secret | Secret | Confidential | -
o HRV Vrlo tajno | Tajno | Povjerljivo | Ograničeno
o CZE Přísně tajné | Tajné | Důvěrné | Vyhrazené
o DNK Yderst hemmeligt | Hemmeligt | Fortroligt | Til tjenestebrug
o EST Täiesti salajane | Salajane | Konfidentsiaalne | Piiratud
s FIN Erittäin salainen | Salainen | Luottamuksellinen | Käyttö rajoitettu
o DEU STRENG GEHEIM | GEHEIM | VS-VERTRAULICH | VS-NUR FÜR DEN DIENSTGEBRAUCH
o GRC Άκρως Απόρρητο | Απόρρητο | Εμπιστευτικό | Περιορισμένης Χρήσης
s HUN Szigorúan titkos | Titkos | Bizalmas | Korlátozott terjesztésű
s ISL Algert leyndarmál | Leyndarmál | Trúnaðarmál | Þjónustuskjal
o ITA Segretissimo | Segreto | Riservatissimo | Riservato
s LVA Sevišķi slepeni | Slepeni | Konfidenciāli | Dienesta vajadzībām
s LTU Visiškai slaptai | Slaptai | Konfidencialiai | Riboto naudojimo
u LUX Très secret Lux | Secret Lux | Confidentiel Lux | Restreint Lux
s MNE Strogo tajno | Tajno | Povjerljivo | Interno
u MKD Државна тајна | Строго доверливо | Доверливо | Интерно
s NLD Stg. ZEER GEHEIM | Stg. GEHEIM | Stg. CONFIDENTIEEL | Dep. VERTROUWELIJK
s NOR Strengt hemmelig | Hemmelig | Konfidensielt | Begrenset
s POL Ściśle tajne | Tajne | Poufne | Zastrzeżone
s PRT Muito secreto | Secreto | Confidencial | Reservado
s ROU Strict secret de importanță deosebită | Strict secret | Secret | Secret de serviciu
s SVK Prísne tajné | Tajné | Dôverné | Vyhradené
s SVN Strogo tajno | Tajno | Zaupno | Interno
o ESP Secreto | Reservado | Confidencial | Difusión limitada
s SWE Kvalificerat hemlig | Hemlig | Konfidentiell | -
s TUR Çok gizli | Gizli | Özel | Hizmete özel
s GBR Top Secret | Secret | - | Official-Sensitive
s USA Top Secret | Secret | Confidential | -
`;

/** Words that came or went on a day. FRA and GBR have no CONFIDENTIAL any more; the day of the British one is unconfirmed. */
const DATED: readonly NationalWord[] = [
  { nation: 'FRA', level: 'TOP SECRET', word: 'Très secret', from: '2021-07-01', evidence: 'official journal' },
  { nation: 'FRA', level: 'SECRET', word: 'Secret', from: '2021-07-01', evidence: 'official journal' },
  {
    nation: 'FRA',
    level: 'TOP SECRET',
    word: 'Très secret défense',
    until: '2021-06-30',
    evidence: 'official journal',
  },
  { nation: 'FRA', level: 'SECRET', word: 'Secret défense', until: '2021-06-30', evidence: 'official journal' },
  {
    nation: 'FRA',
    level: 'CONFIDENTIAL',
    word: 'Confidentiel défense',
    until: '2021-06-30',
    evidence: 'official journal',
  },
  { nation: 'GBR', level: 'CONFIDENTIAL', word: 'Confidential', until: '2014-04-01', evidence: 'unconfirmed' },
  { nation: 'SWE', level: 'RESTRICTED', word: 'Begränsat hemlig', from: '2019-04-01', evidence: 'secondary' },
];

const EVIDENCE: Readonly<Record<string, Evidence>> = { o: 'official journal', s: 'secondary', u: 'unconfirmed' };

/** Every word of every nation, with the days between which it holds. */
export const NATIONAL_WORDS: readonly NationalWord[] = [...TABLE.trim().split('\n').flatMap(rowOf), ...DATED];

/** The 32 nations of NATO, by their codes in ISO 3166-1. */
export const NATIONS: readonly string[] = [...new Set(NATIONAL_WORDS.map(({ nation }) => nation))].sort();

function rowOf(line: string): NationalWord[] {
  const [, evidence = '', nation = '', words = ''] = /^(\w) (\w{3}) (.*)$/u.exec(line) ?? [];
  return words.split(' | ').flatMap((cell, index) => {
    const level = LEVELS[index];
    if (level === undefined || cell === '-') return [];
    return cell.split(' / ').map((word) => ({ nation, level, word, evidence: EVIDENCE[evidence] ?? 'unconfirmed' }));
  });
}

/** Why a nation has no word for a level, where that is known. */
export const WHY_NONE: Readonly<Record<string, string>> = {
  'BEL RESTRICTED': 'a mention of limited distribution is no classification',
  'CAN RESTRICTED': 'Protected A and B are no equivalents',
  'FRA CONFIDENTIAL': 'Confidentiel défense ended on 2021-06-30',
  'FRA RESTRICTED': 'Diffusion restreinte is a mention, no classification',
  'GBR CONFIDENTIAL': 'Confidential is legacy',
  'USA RESTRICTED': 'there is no such level',
};
