/** Clerk's webhooks: what they bring, and how a client hears of them. */

import type { JsonObject, Session, User } from "./clerk.d.ts";
import type { Organization, OrganizationMembership } from "./organizations.d.ts";

/** Webhooks of the instance, signed as Svix does it. */
export interface WebhooksApi {
  /**
   * The event that a webhook brings, deeply frozen, if Clerk sent it in the last five minutes.
   *
   * The body must be as it came, byte for byte: what a framework has parsed cannot be verified. At most 1 MiB.
   *
   * A webhook that came before is verified all the same; {@link WebhooksApi.apply} knows it again.
   *
   * @throws {ClerkEdgeError} `webhook_verification_failed`: answer 400. `request_too_large`; `invalid_argument` if there
   * is no raw body; `invalid_config` without a secret, or with one that is none.
   */
  verify(request: WebhookRequest, options?: WebhookOptions): Promise<WebhookEvent>;
  /**
   * Drops what an event makes stale from the cache of this client and of those made with equal options; reads that are
   * under way do not bring it back. Other isolates keep theirs until its time is over.
   *
   * For events that {@link WebhooksApi.verify} gave, also after a queue: whoever calls it with others empties the cache.
   * Events of an unknown type drop what the part before the dot says, or nothing. The order of events does not matter.
   *
   * @throws {ClerkEdgeError} `invalid_argument` if it is no event.
   */
  apply(event: WebhookEvent): Promise<WebhookOutcome>;
}

/** A `Request`, whose body is read here; or headers and the raw body, for frameworks that have read it. */
export type WebhookRequest = WebhookRequestLike | ReceivedWebhook;

/** A `Request` of any host, as far as it is looked at. Its body must not have been read. */
export interface WebhookRequestLike {
  /** Its headers. */
  readonly headers: { get(name: string): string | null };
  /** Reads the body. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A webhook whose body was read already. */
export interface ReceivedWebhook {
  /** `svix-id`, `svix-timestamp` and `svix-signature`, in any case. Node's `request.headers` will do. */
  readonly headers: { get(name: string): string | null } | {
    readonly [name: string]: string | readonly string[] | undefined;
  };
  /** The body as it came, as text or bytes. */
  readonly body: string | ArrayBufferView;
}

/** Options of {@link WebhooksApi.verify}. */
export interface WebhookOptions {
  /** `whsec_…`, in place of the client's `webhookSigningSecret`. */
  readonly signingSecret?: string | undefined;
}

/** What an event did. */
export interface WebhookOutcome {
  /** Answers that left the cache. */
  readonly dropped: number;
  /** The same webhook was applied in the last ten minutes, so nothing was done. */
  readonly replayed: boolean;
}

/** An event of one of these types, with this data. */
export interface WebhookEventOf<Type extends string, Data> {
  /** What happened. */
  readonly type: Type;
  /** Always `event`. */
  readonly object: "event";
  /** What it happened to, as it is now. Of what was deleted there is only its id. */
  readonly data: Data;
  /** When, as Clerk sent it: ms since the epoch, in some events seconds. */
  readonly timestamp: number;
  /** The instance it happened in. */
  readonly instance_id: string;
  /** Who asked for it, if it was asked for by a request. */
  readonly event_attributes: WebhookEventAttributes | undefined;
}

/** Who asked for what an event tells. */
export interface WebhookEventAttributes {
  /** The request. */
  readonly http_request?: {
    readonly client_ip?: string;
    readonly user_agent?: string;
  };
}

/** What is left of what was deleted. */
export interface DeletedObject {
  /** What it was: `user`, `organization`, … */
  readonly object: string;
  /** Its id. */
  readonly id?: string;
  /** The slug it had. */
  readonly slug?: string;
  /** Always true. */
  readonly deleted: boolean;
  /** The id it had in your own system. */
  readonly external_id?: string;
}

/** A session with its user. */
export interface SessionWithUser extends Session {
  /** Whose it is. */
  readonly user: User;
}

/**
 * The events of Clerk's document of 2025-04-15. Others may come: a `default` belongs into every `switch`.
 */
export type WebhookEvent =
  | WebhookEventOf<"user.created" | "user.updated", User>
  | WebhookEventOf<"session.created" | "session.pending" | "session.ended" | "session.removed" | "session.revoked", SessionWithUser>
  | WebhookEventOf<"organization.created" | "organization.updated", Organization>
  | WebhookEventOf<
    "organizationMembership.created" | "organizationMembership.updated" | "organizationMembership.deleted",
    OrganizationMembership
  >
  | WebhookEventOf<
    "user.deleted" | "organization.deleted" | "organizationDomain.deleted" | "permission.deleted" | "role.deleted",
    DeletedObject
  >
  | WebhookEventOf<
    | "email.created"
    | "organizationDomain.created"
    | "organizationDomain.updated"
    | "organizationInvitation.created"
    | "organizationInvitation.accepted"
    | "organizationInvitation.revoked"
    | "paymentAttempt.created"
    | "paymentAttempt.updated"
    | "permission.created"
    | "permission.updated"
    | "role.created"
    | "role.updated"
    | "sms.created"
    | "subscription.created"
    | "subscription.updated"
    | "subscription.active"
    | "subscription.pastDue"
    | "subscriptionItem.abandoned"
    | "subscriptionItem.active"
    | "subscriptionItem.canceled"
    | "subscriptionItem.ended"
    | "subscriptionItem.freeTrialEnding"
    | "subscriptionItem.incomplete"
    | "subscriptionItem.pastDue"
    | "subscriptionItem.upcoming"
    | "subscriptionItem.updated"
    | "waitlistEntry.created"
    | "waitlistEntry.updated",
    JsonObject
  >;
