/**
 * Webhooks: signed events, posted in the background to the one URL that is configured.
 *
 * Up to `AT_ONCE` deliveries run at a time and up to `MOST_WAITING` wait; what comes on top is dropped and counted. A
 * delivery gets 15 seconds, as with the real sender, but is never repeated.
 */
import { Webhook } from "standardwebhooks";
import { freshId } from "./ids.mjs";

const AT_ONCE = 4;
const MOST_WAITING = 10_000;
const PATIENCE_MS = 15_000;

export class Webhooks {
  constructor(sim) {
    this.sim = sim;
    this.waiting = [];
    this.running = 0;
    this.reset();
  }

  /** Counters at 0 and nothing waiting; what is on its way arrives. */
  reset() {
    this.waiting.length = 0;
    this.counts = { sent: 0, failed: 0, dropped: 0 };
  }

  /** Queues an event when a URL and a secret are configured. The data is taken as it is now. */
  emit(instance, type, data, now) {
    const { webhookUrl: url, webhookSecret: secret } = this.sim.config;
    if (!url || !secret) return;
    if (this.waiting.length >= MOST_WAITING) {
      this.counts.dropped += 1;
      return;
    }
    const event = {
      data,
      event_attributes: { http_request: { client_ip: "203.0.113.7", user_agent: "clerk-sim" } },
      instance_id: instance.id,
      object: "event",
      timestamp: now,
      type,
    };
    this.waiting.push({ url, secret, body: JSON.stringify(event) });
    if (this.running < AT_ONCE) void this.#run();
  }

  async #run() {
    this.running += 1;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const { counts } = this;
      const delivered = await this.#deliver(next).catch(() => false);
      counts[delivered ? "sent" : "failed"] += 1;
    }
    this.running -= 1;
  }

  async #deliver({ url, secret, body }) {
    const id = freshId("msg");
    const sentAt = new Date(this.sim.now());
    const response = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.any([this.sim.closing.signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: {
        "content-type": "application/json",
        "user-agent": "Svix-Webhooks/1.0",
        "svix-id": id,
        "svix-timestamp": String(Math.floor(sentAt / 1000)),
        "svix-signature": new Webhook(secret).sign(id, sentAt, body),
      },
    });
    await response.body?.cancel();
    return response.ok;
  }
}
