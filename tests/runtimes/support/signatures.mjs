/** What `host.js` promises of every engine of signatures, in plain JS: `host` is that module, `vectors` signatures of Node's. */

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const HASHES = { sha256: 256, sha384: 384, sha512: 512 };

export async function signatures(host, vectors) {
  const message = new TextEncoder().encode(vectors.message);
  const failures = [];
  const check = (ok, what) => void (ok || failures.push(what));
  const slotOf = async ({ modulus, exponent }, hash) =>
    host.keepKey(await host.importKey(bytes(modulus), bytes(exponent), HASHES[hash]));

  for (const key of vectors.keys) {
    for (const hash of Object.keys(HASHES)) {
      const slot = await slotOf(key, hash);
      for (const [other, signature] of Object.entries(key.signatures)) {
        const verdict = await host.verifySignature(slot, bytes(signature), message);
        check(verdict === (other === hash), `${key.bits} bits, ${other} as ${hash}: ${verdict}`);
      }
      for (const length of [0, 1, key.bits / 8 - 1, key.bits / 8 + 1, 4 * key.bits]) {
        const verdict = await host.verifySignature(slot, new Uint8Array(length), message);
        check(verdict === false, `${key.bits} bits, a signature of ${length} bytes: ${verdict}`);
      }
      host.releaseKey(slot);
    }
  }

  const [key, next] = vectors.keys;
  const slot = await slotOf(key, 'sha256');
  for (const [mistake, signature] of Object.entries(key.wrong)) {
    check((await host.verifySignature(slot, bytes(signature), message)) === false, mistake);
  }
  // The memory that was handed in is the module's arena: by the time of the answer something else is in it.
  const together = Array.from({ length: 64 }, () => {
    const [lent, said] = [bytes(key.signatures.sha256), message.slice()];
    const verdict = host.verifySignature(slot, lent, said);
    lent.fill(0);
    said.fill(0);
    return verdict;
  });
  check((await Promise.all(together)).every((verdict) => verdict === true), 'what was lent was read too late');
  const atOnce = together.filter((verdict) => typeof verdict === 'boolean').length;

  // A slot that was given back is the next one's.
  host.releaseKey(slot);
  check((await slotOf(next, 'sha256')) === slot, 'a vacant slot stayed vacant');
  check(await host.verifySignature(slot, bytes(next.signatures.sha256), message), 'the next key of a slot');
  return { failures, atOnce };
}
