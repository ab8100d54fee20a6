/** Tokens: which claims and header fields Clerk puts into each kind. */
import { randomBytes } from "node:crypto";

/** Clerk's opaque words for the classes of token, in the header's `cat`. */
export const CATEGORY = {
  session: "cl_B7d4PD111AAA",
  template: "cl_B7d4PD222AAA",
  machine: "cl_B7d4PD333AAA",
};

/** How long a session token lives unless told otherwise. */
export const SESSION_TOKEN_SECONDS = 60;
const SKEW_SECONDS = 5;

/** The claims every token has. Seconds since 1970. */
export function timeClaims(now, lifeSeconds) {
  const iat = Math.floor(now / 1000);
  return { iat, nbf: iat - SKEW_SECONDS, exp: iat + lifeSeconds };
}

/**
 * Version 2 session claims, without `azp`: a token minted through the Backend API has no origin. `fva` says that the
 * first factor was verified just now and that there is no second.
 */
export function sessionClaims(instance, session, now, lifeSeconds = SESSION_TOKEN_SECONDS) {
  return {
    ...timeClaims(now, lifeSeconds),
    ...organizationClaims(instance, session),
    fva: [0, -1],
    iss: instance.issuer,
    jti: randomBytes(10).toString("hex"),
    sid: session.id,
    sts: session.status === "pending" ? "pending" : "active",
    sub: session.user_id,
    v: 2,
  };
}

/** What a token from a template holds here: the reserved claims, the template's name and the primary e-mail address. */
export function templateClaims(instance, session, template, now, lifeSeconds = SESSION_TOKEN_SECONDS) {
  const user = instance.users.read(session.user_id);
  return {
    ...timeClaims(now, lifeSeconds),
    iss: instance.issuer,
    jti: randomBytes(10).toString("hex"),
    sub: session.user_id,
    template,
    email: user?.email_addresses[0]?.email_address ?? null,
  };
}

/** `o`, `fea` and the permission masks of the active organization; nothing without one. */
function organizationClaims(instance, session) {
  const id = session.last_active_organization_id;
  const membership = id ? instance.organizations.membership(id, session.user_id) : undefined;
  if (!membership) return {};
  const { features, permissions, masks } = packed(membership.permissions);
  const granted = features.length === 0 ? {} : { per: permissions.join(","), fpm: masks.join(",") };
  return {
    ...(features.length > 0 && { fea: features.map((feature) => `o:${feature}`).join(",") }),
    o: { id, slg: membership.organization.slug, rol: membership.role.replace(/^org:/, ""), ...granted },
  };
}

/** `org:feature:permission` names as features, permissions and one bit mask per feature, lowest bit first. */
function packed(names) {
  const pairs = names.map((name) => name.split(":"))
    .filter((parts) => parts.length === 3 && !parts[1].startsWith("sys_"));
  const features = [...new Set(pairs.map(([, feature]) => feature))];
  const permissions = [...new Set(pairs.map(([, , permission]) => permission))];
  const masks = features.map((feature) => pairs
    .filter((pair) => pair[1] === feature)
    .reduce((mask, pair) => mask + 2 ** permissions.indexOf(pair[2]), 0));
  return { features, permissions, masks };
}
