/** `/__sim/*`: looking at the simulator and steering it. Needs no key and is never counted, limited or delayed. */
import { ConfigError } from "../errors.mjs";
import { parseConfig } from "../config.mjs";

export function controlRoutes(app, sim) {
  app.get("/__sim/stats", (c) => c.json(sim.stats.snapshot({ maxInWindow: sim.maxInWindow() })));

  app.get("/__sim/config", (c) => c.json(visible(sim.config)));

  app.post("/__sim/config", steering(async (c) => {
    sim.configure(parseConfig(await c.req.json()));
    return c.json(visible(sim.config));
  }));

  app.post("/__sim/reset", (c) => {
    sim.reset();
    return c.json({ reset: true });
  });

  app.all("/__sim/*", (c) => c.json({ error: `no such control route: ${c.req.method} ${c.req.path}` }, 404));
}

/** Turns wrong settings and unreadable bodies into a 400 that says what is wrong. */
function steering(handle) {
  return async (c) => {
    try {
      return await handle(c);
    } catch (error) {
      if (error instanceof ConfigError || error instanceof SyntaxError) return c.json({ error: error.message }, 400);
      throw error;
    }
  };
}

function visible({ faults, ...config }) {
  return { ...config, faults: faults.map(({ matches, left, ...fault }) => fault) };
}
