/** `azp`, `aud` and `iss` against what a caller allows, and skews that are none. */
import { NOW, ISSUER, PARTY, payload, token } from '../support/tokens.mjs';

const q = (value) => JSON.stringify(value);
const AUDIENCE = 'https://api.differential.example';
const SECOND = 'https://second.example';

const CLAIMED = [
  undefined, 'null', 'true', 'false', '0', '5', '1e400', '""', '" "', '{}', '[]', '[""]', '[null]', '[5]', '{"0":"x"}', '"é"',
  ...[PARTY, AUDIENCE, ISSUER].flatMap((one) => [
    q(one), q(`${one}/`), q(one.toUpperCase()), q(` ${one}`), q(`${one}.evil.example`), q(one.slice(0, -1)), `[${q(one)}]`, `["x",${q(one)}]`, `[5,${q(one)}]`,
    `[[${q(one)}]]`, `{"value":${q(one)}}`, q(one).replace('h', '\\u0068'), q(`${one}\u0000`), q(`${one},${SECOND}`), q(one).replaceAll('/', '\\/'),
  ]),
];

const ALLOWED = (one) => [undefined, one, [one], [SECOND, one], [SECOND], SECOND, [one, one], ['', one], [`${one}/`]];

export function* options() {
  const named = { azp: ['authorizedParties', PARTY], aud: ['audience', AUDIENCE], iss: ['issuer', ISSUER] };
  for (const [claim, [option, one]] of Object.entries(named)) {
    for (const value of CLAIMED) {
      const minted = token({ body: payload({ [claim]: value }) });
      for (const allowed of ALLOWED(one)) yield { what: `${claim} ${value}, ${option} ${q(allowed)}`, token: minted, options: given(option, allowed) };
    }
    for (const none of ['', [], [''], null]) yield { what: `${option} ${q(none)}`, token: token(), options: { [option]: none } };
  }
  const turn = Math.floor(NOW / 1000) * 1000;
  for (const clockSkewInMs of [Number.NaN, Infinity, -Infinity, -1, -5_000, 0.5, 1.9, '5', '5000', '', null, true, [], {}, 1e15, 3_600_001]) {
    for (const now of [turn, turn + 60_000, turn + 64_999, turn + 65_000]) {
      yield { what: `skew ${String(clockSkewInMs)} (${typeof clockSkewInMs})`, token: token(), options: { clockSkewInMs }, now };
    }
  }
  yield { what: 'options that nobody knows', token: token(), options: { colour: 'blue' } };
}

const given = (option, allowed) => (allowed === undefined ? {} : { [option]: allowed });
