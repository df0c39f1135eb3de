import { type JsonNode, formatMarkedJsonb, parseMarkedJson } from '../../types/json-text.ts';
import { raise } from './raise.ts';

type Step = { readonly key: string } | { readonly index: number } | 'keys' | 'items';

const STEP = /\s*(?:\.\s*(?:([\p{L}_$][\p{L}\p{N}_$]*)|"((?:[^"\\]|\\.)*)"|(\*))|\[\s*(?:(\d+)|(\*))\s*\])/uy;

/** Evaluates a SQL/JSON path of keys, positions and wildcards in lax mode, which unwraps arrays and wraps values. Returns a JSON array. */
export function followPath(document: string, path: string): string {
  let found: readonly JsonNode[] = [parseMarkedJson(document)];
  for (const step of readPath(path)) found = found.flatMap((node) => follow(node, step));
  return formatMarkedJsonb(found);
}

function readPath(path: string): Step[] {
  const start = /^\s*(?:lax\s+)?\$/.exec(path)?.[0];
  if (start === undefined) return refuse(path);
  const steps: Step[] = [];
  STEP.lastIndex = start.length;
  for (;;) {
    if (path.slice(STEP.lastIndex).trim() === '') return steps;
    const match = STEP.exec(path);
    if (match === null) return refuse(path);
    const [, key, quoted, keys, index] = match;
    steps.push(
      key !== undefined
        ? { key }
        : quoted !== undefined
          ? { key: JSON.parse(`"${quoted}"`) }
          : keys !== undefined
            ? 'keys'
            : index === undefined
              ? 'items'
              : { index: Number(index) },
    );
  }
}

function refuse(path: string): never {
  return raise(
    'SQL_NOT_SUPPORTED',
    `jsonpath is supported only with keys, positions and wildcards: "${path}"`,
  );
}

function follow(node: JsonNode, step: Step): readonly JsonNode[] {
  const items = Array.isArray(node) ? node : [node];
  if (step === 'items') return items;
  if (step === 'keys') return items.flatMap((item) => (item instanceof Map ? [...item.values()] : []));
  if ('index' in step) {
    const item = items[step.index];
    return item === undefined ? [] : [item];
  }
  return items.flatMap((item) => {
    const value = item instanceof Map ? item.get(step.key) : undefined;
    return value === undefined ? [] : [value];
  });
}
