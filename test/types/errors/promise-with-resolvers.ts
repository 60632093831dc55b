// Node 20 does not have it.
// expect: Property 'withResolvers' does not exist on type 'PromiseConstructor'
export const pending = Promise.withResolvers<number>();
