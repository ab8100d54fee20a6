// The floor of a miss: the request sent on, the answer streamed back.
export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    return fetch(env.CLERK_API_URL + pathname, { headers: { authorization: request.headers.get('authorization') } });
  },
};
