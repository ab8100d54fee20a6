// The floor: what workerd itself costs for an answer of the same size.
const body = new TextEncoder().encode(JSON.stringify({ id: 'constant', pad: 'x'.repeat(4470) }));

export default {
  fetch() {
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  },
};
