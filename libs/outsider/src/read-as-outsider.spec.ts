import PDFDocument from 'pdfkit';
import { readAsOutsider } from './index';

const read = (mediaType: string, text: string | Buffer): Promise<string> =>
  readAsOutsider(mediaType, Buffer.from(text));

/** A PDF whose words are drawn by `draw`. */
function pdfOf(draw: (pdf: PDFKit.PDFDocument) => void, options: PDFKit.PDFDocumentOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pdf = new PDFDocument(options);
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    pdf.on('error', reject);
    draw(pdf);
    pdf.end();
  });
}

describe('an outsider finds in a page', () => {
  it.each<[string, string]>([
    ['what is shown', '<p>the withheld words</p>'],
    ['a comment', '<!-- the withheld words -->'],
    ['an attribute', '<p title="the withheld words">x</p>'],
    ['a hidden part', '<p hidden>the withheld words</p>'],
    ['a style', '<style>p::after{content:"the withheld words"}</style>'],
    ['a script', '<script>const it = "the withheld words"</script>'],
    ['a comment that does not end', '<!-- the withheld words'],
    ['words between tags', '<p>the <b>withheld</b> words</p>'],
    ['words with tags within', '<p>the with<b></b>held wo<i>r</i>ds</p>'],
    ['words in character references', '<p>the &#119;&#105;thheld &#x77;&#X6F;rds</p>'],
    ['references without a semicolon', '<p>the &#119ithheld words</p>'],
    ['an attribute in character references', '<p title="the &#119;ithheld words"></p>'],
    ['a comment in character references', '<!-- the &#119;ithheld words -->'],
    ['what stands behind a bracket in an attribute', '<p title=">the withheld words">x</p>'],
  ])('%s', async (_name, html) => {
    expect(await read('text/html; charset=utf-8', html)).toContain('the withheld words');
  });

  it('the five characters that are always escaped, as they are meant', async () => {
    expect(await read('text/html', '<p>&lt;b&gt; &amp;amp; &quot;Ä&quot; &#39;&apos;</p>')).toContain(
      '<b> &amp; "Ä" \'\'',
    );
  });

  it.each(['&nbsp;', '&shy;', '&constructor;', '&LT;', '&#0;', '&#x80;', '&#xD800000;', '&copy'])(
    'nothing, and says so, when it does not know what %s says',
    async (reference) => {
      await expect(read('text/html', `<p>x${reference}y</p>`)).rejects.toThrow();
    },
  );

  it('what there is in two MiB of brackets, ampersands or comments', async () => {
    for (const piece of ['<', '<a', '&', '<!--', '&#', '<p title="'])
      expect(await read('text/html', `${piece.repeat((2 * 1024 * 1024) / piece.length)} words`)).toContain('words');
  });
});

describe('an outsider finds in data', () => {
  it('names, texts and numbers, however they are written', async () => {
    const json = String.raw`{"the withheld words": {"a": [1234, "the \u0077ithheld figure"]}, "b": null, "c": true}`;
    const found = await read('application/json', json);
    for (const words of ['the withheld words', 'the withheld figure', '1234']) expect(found).toContain(words);
  });

  it('both values of a name that stands twice', async () => {
    const found = await read('application/json', String.raw`{"a": "\u0074he withheld words", "a": "others"}`);
    expect(found).toContain('the withheld words');
    expect(found).toContain('others');
  });

  it('the text of a table, of words alone', async () => {
    expect(await read('text/csv', 'nation,now\r\nDEU,10\r\n')).toBe('nation,now\r\nDEU,10\r\n');
    expect(await read('text/plain', 'Ελλάδα')).toBe('Ελλάδα');
  });

  it.each<[string, string, Buffer]>([
    ['that is not UTF-8', 'text/plain', Buffer.from([0x61, 0xff])],
    ['of two bytes a letter', 'text/html', Buffer.from('\ufeff<p>', 'utf16le')],
    ['that is no JSON', 'application/json', Buffer.from('{"a":')],
    ['that holds a null character', 'text/csv', Buffer.from('a\u0000b')],
    ['that holds a null character by an escape', 'application/json', Buffer.from(String.raw`"\u0000"`)],
    ['of a kind that nobody reads', 'image/png', Buffer.from('a')],
    ['of a kind that is not named', '', Buffer.from('a')],
    ['of a kind that only begins so', 'text/html+x', Buffer.from('a')],
  ])('nothing, and says so, in what is %s', async (_name, mediaType, bytes) => {
    await expect(readAsOutsider(mediaType, bytes)).rejects.toThrow();
  });
});

// Each reads in a process of its own: they run side by side, so that the file takes the time of a few.
describe('an outsider finds in a PDF', () => {
  it('words on every page, unseen ones too, and all that is only carried along', async () => {
    const bytes = await pdfOf(
      (pdf) => {
        pdf.text('EXERCISE shown');
        pdf.fillColor('white').text('EXERCISE in white');
        pdf.text('EXERCISE beside the page', 5_000, 100, { lineBreak: false });
        pdf.rect(0, 0, 600, 800).fill('black');
        pdf.addPage().text('EXERCISE on the second page');
        pdf.addStructure(
          pdf.struct('Figure', { alt: 'EXERCISE in an alternative' }, () => pdf.text('EXERCISE figure')),
        );
        pdf.note(10, 10, 10, 10, 'EXERCISE in a note');
        pdf.link(10, 10, 10, 10, 'https://example.org/EXERCISE-in-a-link');
        pdf.outline.addItem('EXERCISE in the outline');
        pdf.file(Buffer.from('x'), { name: 'EXERCISE-attached.txt' });
      },
      {
        tagged: true,
        info: { Title: 'EXERCISE in the title', Keywords: 'EXERCISE in the keywords', Author: 'EXERCISE author' },
      },
    );
    const found = await readAsOutsider('application/pdf', bytes);
    for (const words of [
      'shown',
      'in white',
      'beside the page',
      'on the second page',
      'in a note',
      'in the outline',
      'in an alternative',
    ])
      expect(found).toContain(`EXERCISE ${words}`);
    for (const words of ['in the title', 'in the keywords', 'author']) expect(found).toContain(`EXERCISE ${words}`);
    for (const words of ['-in-a-link', '-attached.txt']) expect(found).toContain(`EXERCISE${words}`);
  });

  it('nothing, and says so, when it is broken, locked or no PDF', async () => {
    const whole = await pdfOf((pdf) => pdf.text('EXERCISE'));
    const locked = await pdfOf((pdf) => pdf.text('EXERCISE'), { userPassword: 'secret' });
    const hostile = [
      Buffer.alloc(0),
      Buffer.from('EXERCISE'),
      Buffer.from('%PDF-1.7\n'),
      whole.subarray(0, whole.length / 2),
      locked,
    ];
    const answers = await Promise.allSettled(hostile.map((bytes) => readAsOutsider('application/pdf', bytes)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected' });
      expect(String((answer as PromiseRejectedResult).reason)).toContain('the PDF cannot be read back');
    }
  });

  it('no letters that its font does not have: it is an error', async () => {
    const bytes = await pdfOf((pdf) =>
      pdf.font(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSerif.ttf')).text('北大西洋'),
    );
    await expect(readAsOutsider('application/pdf', bytes)).rejects.toThrow('letters that mean nothing');
  });
});
