/** Bytes: base64url, UTF-8, lengths, depth, and one token with each of its bytes changed. */
import { randomBytes } from 'node:crypto';
import { keys } from '../support/keys.mjs';
import { encode, header, payload, signature, token } from '../support/tokens.mjs';

export function* encodings(random) {
  yield* parts();
  yield* base64(random);
  yield* bytes();
  yield* lengths();
  yield* depths();
  yield* strings();
  yield* tampered(random);
}

function* parts() {
  const [head, body, sign] = token().split('.');
  const texts = [
    '', '.', '..', '...', 'x', 'x.y', 'x.y.z', head, `${head}.${body}`, `${head}.${body}.`, `${head}..${sign}`, `.${body}.${sign}`, `${head}.${body}.${sign}.`,
    `.${head}.${body}.${sign}`, `${head}.${body}.${sign}.${sign}`, `${head}.${body}..${sign}`, `${body}.${head}.${sign}`, `${sign}.${body}.${head}`, `${head},${body},${sign}`,
    `${head}. ${body}.${sign}`, ` ${head}.${body}.${sign}`, `${head}.${body}.${sign} `, `${head}.${body}.${sign}\n`, `\ufeff${head}.${body}.${sign}`, `Bearer ${head}.${body}.${sign}`,
    `${head}.${body}.${sign}`.toUpperCase(), `${head}.${body}.${sign}`.toLowerCase(), `"${head}.${body}.${sign}"`, `${head}.${body}.${sign}\u0000`, `${head}%2E${body}%2E${sign}`,
    `${head}。${body}。${sign}`, 'null', 'undefined', '[object Object]', '5', 'mt_abc', 'ak_abc', 'oat_abc',
  ];
  for (const text of texts) yield { what: `the text ${text.slice(0, 12)}… of ${text.length} letters`, token: text };
  for (const value of [undefined, null, 5, true, false, {}, [], [token()], new String(token()), () => token(), { toString: () => token() }]) {
    yield { what: `no string: ${Object.prototype.toString.call(value)}`, token: value };
  }
}

function* base64(random) {
  const whole = token();
  const [head, body, sign] = whole.split('.');
  for (const pad of ['=', '==', '===', '====', '=A', '%3D']) {
    yield { what: `${pad} after the signature`, token: `${whole}${pad}` };
    yield { what: `${pad} after the header`, token: `${head}${pad}.${body}.${sign}` };
    yield { what: `${pad} after the payload`, token: `${head}.${body}${pad}.${sign}` };
    const input = `${head}${pad}.${body}`;
    yield { what: `${pad} after the header, signed so`, token: `${input}.${signature(input)}` };
    const other = `${head}.${body}${pad}`;
    yield { what: `${pad} after the payload, signed so`, token: `${other}.${signature(other)}` };
  }
  for (const odd of ['+', '/', ' ', '\n', '\r\n', '\t', '*', '~', 'é', '\u0000', '\u2003', '.', ',', '😀', '\ud800']) {
    for (const at of [0, 1, 2]) {
      const split = [head, body, sign];
      const place = random.below(split[at].length - 1) + 1;
      const replaced = split.with(at, split[at].slice(0, place - 1) + odd + split[at].slice(place));
      const inserted = split.with(at, split[at].slice(0, place) + odd + split[at].slice(place));
      for (const [how, made] of [['for a letter', replaced], ['between letters', inserted]]) {
        yield { what: `${JSON.stringify(odd)} ${how} of part ${at}`, token: made.join('.') };
        const input = `${made[0]}.${made[1]}`;
        yield { what: `${JSON.stringify(odd)} ${how} of part ${at}, signed so`, token: `${input}.${at === 2 ? made[2] : signature(input)}` };
      }
    }
  }
  yield* trailingBits(sign);
}

/** Letters after the last whole byte hold bits that stand for nothing; two texts for the same bytes would be two tokens. */
function* trailingBits(sign) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(sign.at(-1));
  for (let bits = 1; bits < 16; bits += 1) {
    yield { what: `signature with the spare bits ${bits}`, token: `${token().slice(0, -1)}${alphabet[last | bits]}` };
  }
  for (const spaces of ['', ' ', '  ']) {
    const [head, body] = [encode(header() + spaces), encode(payload() + spaces)];
    for (const letter of ['A', 'B', 'Q', 'g', '_']) {
      for (const input of [`${head.slice(0, -1)}${letter}.${body}`, `${head}.${body.slice(0, -1)}${letter}`, `${head}${letter}.${body}`, `${head}.${body}${letter}`]) {
        yield { what: `${letter} at an end, ${spaces.length} spaces before`, token: `${input}.${signature(input)}` };
      }
    }
  }
}

function* bytes() {
  const bad = {
    'a lone continuation': [0x80], 'overlong': [0xc0, 0xaf], 'overlong slash': [0xe0, 0x80, 0xaf], 'surrogate': [0xed, 0xa0, 0x80], 'cut short': [0xe2, 0x82],
    'beyond Unicode': [0xf4, 0x90, 0x80, 0x80], 'FF': [0xff], 'Latin-1': [0xe9], 'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
  };
  for (const [name, sequence] of Object.entries(bad)) {
    const spoiled = (text, mark) => Buffer.concat([Buffer.from(text.slice(0, mark)), Buffer.from(sequence), Buffer.from(text.slice(mark))]);
    yield { what: `${name} in a claim`, token: token({ body: spoiled(payload({ note: '"note"' }), payload({ note: '"note"' }).indexOf('note"}') + 2) }) };
    yield { what: `${name} in sub`, token: token({ body: spoiled(payload(), payload().indexOf('user_2') + 3) }) };
    yield { what: `${name} in kid`, token: token({ head: spoiled(header(), header().indexOf('ins_') + 2) }) };
    yield { what: `${name} in the header's cat`, token: token({ head: spoiled(header(), header().indexOf('cl_') + 2) }) };
    yield { what: `${name} before the payload`, token: token({ body: spoiled(payload(), 0) }) };
  }
  const texts = ['"é"', '"日本語"', '"😀"', '"\u2028\u2029"', '"\ufeff"', '"\ufffd"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"',
    '"\\udc00\\ud800"', '"\\u0000"', '"\u0001"', '"\u007f"', '"\\x41"', '"\\u12"', '"\\u{41}"', '"\\"', '"\\/\\b\\f\\n\\r\\t"', '"a\nb"', '"tab\there"'];
  for (const value of texts) {
    for (const name of ['sub', 'note', 'azp']) yield { what: `${name}: ${value}`, token: token({ body: payload({ [name]: value }) }) };
    yield { what: `a claim named ${value}`, token: token({ body: `${payload().slice(0, -1)},${value}:1}` }) };
    yield { what: `header x: ${value}`, token: token({ head: header({ x: value }) }) };
  }
}

/** Tokens of exactly so many bytes: the payload is stretched, and the header takes up what base64 leaves over. */
function ofLength(total) {
  for (let extra = 0; extra < 8; extra += 1) {
    const head = header({ x: JSON.stringify('h'.repeat(extra)) });
    const fixed = encode(head).length + 2 + 342;
    const note = Math.floor((total - fixed) * 3 / 4) - payload({ note: '""' }).length;
    for (const size of [note, note + 1]) {
      const made = token({ head, body: payload({ note: JSON.stringify('n'.repeat(size)) }) });
      if (made.length === total) return made;
    }
  }
  throw new Error(`no token has ${total} letters`);
}

function* lengths() {
  for (const total of [16_383, 16_384, 16_385, 16_386, 32_768, 65_536, 1 << 20]) yield { what: `${total} letters`, token: ofLength(total) };
  yield { what: '16 KiB of nothing', token: 'x'.repeat(16_384) };
  yield { what: '1 MiB of nothing', token: 'x'.repeat(1 << 20) };
  yield { what: '1 MiB of dots', token: '.'.repeat(1 << 20) };
  yield { what: '16,385 bytes in fewer letters', token: `${token()}${'é'.repeat(8_000)}` };
}

function* depths() {
  const nested = (depth, open, close, core = '1') => open.repeat(depth) + core + close.repeat(depth);
  for (const depth of [1, 10, 30, 31, 32, 33, 62, 63, 64, 65, 66, 100, 125, 126, 127, 128, 129, 130, 200, 255, 256, 257, 512, 1_000, 2_000]) {
    yield { what: `${depth} arrays`, token: token({ body: payload({ deep: nested(depth, '[', ']') }) }) };
    yield { what: `${depth} objects`, token: token({ body: payload({ deep: nested(depth, '{"a":', '}') }) }) };
    yield { what: `${depth} arrays in the header`, token: token({ head: header({ deep: nested(depth, '[', ']') }) }) };
    yield { what: `${depth} arrays in sub`, token: token({ body: payload({ sub: nested(depth, '[', ']') }) }) };
    yield { what: `${depth} arrays, one not closed`, token: token({ body: payload({ deep: nested(depth, '[', ']').slice(1) }) }) };
  }
}

/** Other texts for the same claims. */
function* strings() {
  yield { what: 'claims spread over lines', token: token({ body: JSON.stringify(JSON.parse(payload()), null, 2) }) };
  yield { what: 'names with escapes', token: token({ body: payload().replaceAll('"s', '"\\u0073') }) };
  yield { what: 'claims that every object has', token: token({ body: payload({ toString: '1', constructor: '{"prototype":{"x":1}}', hasOwnProperty: 'null' }) }) };
  yield { what: '__proto__ as a claim', token: token({ body: `${payload().slice(0, -1)},"__proto__":{"sub":"evil","polluted":1}}` }) };
  yield { what: 'sub only in __proto__', token: token({ body: `${payload({ sub: undefined }).slice(0, -1)},"__proto__":{"sub":"evil"}}` }) };
  yield { what: 'a thousand claims', token: token({ body: `${payload().slice(0, -1)},${Array.from({ length: 1_000 }, (_, at) => `"c${at}":${at}`)}}` }) };
}

function* tampered(random) {
  const whole = token();
  const flipped = (at, bit) => whole.slice(0, at) + String.fromCharCode(whole.charCodeAt(at) ^ (1 << bit)) + whole.slice(at + 1);
  for (let at = 0; at < whole.length; at += 1) {
    yield { what: `bit 0 of byte ${at} flipped`, token: flipped(at, 0) };
    const bit = 1 + random.below(7);
    yield { what: `bit ${bit} of byte ${at} flipped`, token: flipped(at, bit) };
    if (at % 5 === 0) yield { what: `byte ${at} deleted`, token: whole.slice(0, at) + whole.slice(at + 1) };
    if (at % 5 === 1) yield { what: `a byte put in at ${at}`, token: whole.slice(0, at) + random.of([...'AQgw_-9z']) + whole.slice(at) };
    if (at % 25 === 2) yield { what: `cut after ${at} bytes`, token: whole.slice(0, at) };
  }
  const [head, body] = whole.split('.');
  for (const size of [0, 1, 2, 32, 64, 128, 255, 256, 257, 384, 512]) {
    for (const fill of [Buffer.alloc(size), Buffer.alloc(size, 0xff), randomBytes(size)]) {
      yield { what: `a signature of ${size} bytes that is none`, token: `${head}.${body}.${encode(fill)}` };
    }
  }
  const real = Buffer.from(whole.split('.')[2], 'base64url');
  yield { what: 'a zero before the signature', token: `${head}.${body}.${encode(Buffer.concat([Buffer.from([0]), real]))}` };
  yield { what: 'a zero after the signature', token: `${head}.${body}.${encode(Buffer.concat([real, Buffer.from([0])]))}` };
  yield { what: 'another key', token: token({ key: keys.other }) };
  yield { what: 'another payload under the signature', token: `${head}.${encode(payload({ sub: '"user_admin"' }))}.${whole.split('.')[2]}` };
}
