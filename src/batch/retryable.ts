/** HTTP statuses that speak of what was sent, not of the server's state or of who sent it. */
const PERMANENT_STATUSES = new Set<unknown>([400, 409, 413, 415, 422]);

/** ArgumentError; SQLSTATE cardinality, data and integrity errors; SQLite's words for the latter. */
const PERMANENT_CODE = /^(ERR_INVALID_ARGUMENT|2[123][0-9A-Z]{3}|SQLITE_(CONSTRAINT|MISMATCH|TOOBIG).*)$/;

/**
 * Whether sending the same rows again may succeed.
 *
 * Only what is known to be the data's fault is permanent. A wrong guess of `true` costs some attempts: a
 * row that keeps failing while its neighbours pass is found all the same. A wrong `false` would cost rows.
 */
export function isRetryableError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return true;
  return !PERMANENT_CODE.test(text(error, 'code')) && !PERMANENT_STATUSES.has(status(error));
}

function text(error: object, property: string): string {
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : '';
}

function status(error: object): unknown {
  return Reflect.get(error, 'status') ?? Reflect.get(error, 'statusCode');
}
