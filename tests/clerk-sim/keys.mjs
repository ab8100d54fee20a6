/** The signing keys of one instance: RS256, 2048 bits, made when first needed because making one takes long. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { CompactSign, compactVerify, exportJWK, exportSPKI } from "jose";
import { ConfigError } from "./errors.mjs";
import { freshId } from "./ids.mjs";

const generate = promisify(generateKeyPair);
const ALGORITHMS = new Set(["RS256", "RS384", "RS512"]);

export class SigningKeys {
  constructor(instanceId) {
    this.nextKid = instanceId;
    this.current = undefined;
    this.retired = undefined;
  }

  /** `{ keys }`: the current key and, after a rotation, the one before it. */
  async jwks() {
    const keys = [await this.#key(), await this.retired].filter(Boolean);
    return { keys: keys.map((key) => key.jwk) };
  }

  /** The current public key as PEM: what Clerk calls the JWT key. */
  async pem() {
    return exportSPKI((await this.#key()).publicKey);
  }

  async kid() {
    return (await this.#key()).jwk.kid;
  }

  /** A new current key; the one before stays in the set until the next call. */
  async rotate() {
    this.retired = this.#key();
    this.nextKid = freshId("ins");
    this.current = undefined;
    await this.#key();
  }

  /** Takes the retired key out of the set. */
  forgetRetired() {
    this.retired = undefined;
  }

  /** A compact JWS over the claims. Header fields given here win; null removes one. Throws `ConfigError` when impossible. */
  async sign(claims, header = {}) {
    const { privateKey, jwk } = await this.#key();
    const all = withoutNulls({ alg: "RS256", kid: jwk.kid, typ: "JWT", ...header });
    if (!ALGORITHMS.has(all.alg)) throw new ConfigError(`alg: one of ${[...ALGORITHMS].join(", ")} is expected`);
    const crit = Object.fromEntries((Array.isArray(all.crit) ? all.crit : []).map((name) => [name, true]));
    try {
      const payload = Buffer.from(JSON.stringify(withoutNulls(claims)));
      return await new CompactSign(payload).setProtectedHeader(all).sign(privateKey, { crit });
    } catch (error) {
      throw new ConfigError(`header: ${error.message}`);
    }
  }

  /** The claims of a token that one of the published keys signed, whatever they say; undefined for any other text. */
  async open(token) {
    for (const key of [await this.#key(), await this.retired].filter(Boolean)) {
      const opened = await compactVerify(token, key.publicKey).catch(() => undefined);
      if (opened) return JSON.parse(Buffer.from(opened.payload).toString());
    }
    return undefined;
  }

  #key() {
    this.current ??= this.#make(this.nextKid);
    return this.current;
  }

  async #make(kid) {
    const { publicKey, privateKey } = await generate("rsa", { modulusLength: 2048 });
    return { publicKey, privateKey, jwk: { use: "sig", kid, alg: "RS256", ...(await exportJWK(publicKey)) } };
  }
}

function withoutNulls(record) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
