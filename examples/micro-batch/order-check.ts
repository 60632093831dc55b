/** An order before it is sent. */
export interface Order {
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

/** What a venue demands of orders for a symbol. */
export interface Rules {
  readonly tickSize: number;
  readonly minValue: number;
}

/** Where rules come from: one request for any number of symbols. */
export type RuleSource = (symbols: readonly string[]) => Promise<ReadonlyMap<string, Rules>>;

/** An order that passed, or the Error that says why it did not. */
export type Checked = Order | Error;

/** Checks one order, with a request of its own. */
export async function checkOrder(order: Order, source: RuleSource): Promise<Order> {
  const checked = checkedBy(order, await source([order.symbol]));
  if (checked instanceof Error) throw checked;
  return checked;
}

/** Checks many orders with one request for all their symbols. A bad order is an Error in its place. */
export async function checkOrders(orders: readonly Order[], source: RuleSource): Promise<Checked[]> {
  const rules = await source([...new Set(orders.map(({ symbol }) => symbol))]);
  return orders.map((order) => checkedBy(order, rules));
}

function checkedBy(order: Order, rules: ReadonlyMap<string, Rules>): Checked {
  const rule = rules.get(order.symbol);
  if (rule === undefined) return new Error(`${order.symbol} is not traded`);
  if (!Number.isInteger(order.price / rule.tickSize)) return new Error(`${order.price} is off the tick`);
  if (order.price * order.size < rule.minValue) return new Error(`worth less than ${rule.minValue}`);
  return order;
}
