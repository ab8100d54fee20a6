// As much of Deno's globals as the example uses, for a compiler that does not know Deno.
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(options: { readonly port?: number; readonly hostname?: string }, handle: (request: Request) => Response | Promise<Response>): unknown;
};
