// As much of `next/server` as the example uses, for a repository without Next.js.
declare module "next/server" {
  export class NextRequest extends Request {
    readonly nextUrl: URL;
    readonly cookies: { get(name: string): { readonly name: string; readonly value: string } | undefined };
  }
  export class NextFetchEvent {
    waitUntil(promise: Promise<unknown>): void;
  }
  export class NextResponse extends Response {
    static next(init?: { request?: { headers?: Headers } }): NextResponse;
    static redirect(url: string | URL, status?: number): NextResponse;
  }
}

declare const process: { readonly env: { readonly [name: string]: string | undefined } };
