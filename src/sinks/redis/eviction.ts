import { ConfigError } from '../../core/errors.js';

/** Says whether a server may give up keys that have no expiry, by its answer to INFO; undefined when not. */
export function evictionRisk(info: string): ConfigError | undefined {
  const limit = /^maxmemory:(\d+)/m.exec(info)?.[1] ?? '0';
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? '';
  if (limit === '0' || !policy.startsWith('allkeys')) return undefined;
  return new ConfigError(
    `redisSink: with maxmemory ${limit} and maxmemory-policy ${policy} Redis gives up rows when its memory is full; ` +
      'set the policy to noeviction or volatile-ttl',
  );
}
