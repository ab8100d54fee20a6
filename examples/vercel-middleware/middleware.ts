// Next.js middleware on Vercel's Edge: /beta is for users whose metadata says so.
//
// The session token says who is asking; whether they may see the beta is in Clerk's user, which would be a call to Clerk
// for each page. clerk-edge asks once a minute per user and instance of this function, and once for all who ask at once.
import { createClerkClient } from "clerk-edge";
import { type NextFetchEvent, type NextRequest, NextResponse } from "next/server";

// Made once: the cache lives as long as this instance of the function.
const clerk = createClerkClient({
  secretKey: process.env["CLERK_SECRET_KEY"],
  publishableKey: process.env["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"], // names the cookies
  apiUrl: process.env["CLERK_API_URL"],
  authorizedParties: process.env["APP_ORIGIN"], // https://app.example.com
  retry: { deadlineMs: 3_000 },
});

export const config = { matcher: "/beta/:path*" };

export async function middleware(request: NextRequest, event: NextFetchEvent): Promise<NextResponse> {
  const scoped = clerk.with({ waitUntil: (promise) => event.waitUntil(promise), signal: request.signal });
  const state = await scoped.authenticateRequest(request);
  // Also for somebody whose token is over: the page there loads Clerk's frontend, which renews it and comes back.
  if (!state.isAuthenticated) return NextResponse.redirect(new URL("/sign-in", request.url));
  try {
    const user = await scoped.users.getUser(state.toAuth().userId, { fields: ["public_metadata.beta"] });
    if (user.public_metadata.beta === true) return NextResponse.next();
  } catch (error) {
    // Closed when Clerk cannot be asked: a beta that opens by accident cannot be closed again.
    console.error("beta check failed", error);
  }
  return NextResponse.redirect(new URL("/", request.url));
}
