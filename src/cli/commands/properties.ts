import { Argument, Command } from 'commander';
import type { PropertySpec } from '../../connstring/property-spec.ts';
import { nearest } from '../../core/nearest.ts';
import { examples } from '../options.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { createWriter } from '../output/writer.ts';
import { UsageError } from '../usage-error.ts';
import { formatGrid } from './describe.ts';

/** `dynadbc properties`: lists the connection properties. */
export function propertiesCommand(io: Io): Command {
  return new Command('properties')
    .summary('list the connection properties')
    .description('Lists the properties of a connection string, or describes one of them.')
    .addArgument(new Argument('[name]', 'property to describe (case-insensitive)'))
    .addHelpText('after', examples('dynadbc properties', 'dynadbc properties AWSRegion'))
    .action(async (name: string | undefined) => {
      const { PROPERTIES } = await import('../../connstring/properties.ts');
      const specs: readonly PropertySpec[] = Object.values(PROPERTIES);
      const text = name === undefined ? formatList(specs, io) : formatProperty(findProperty(specs, name));
      await createWriter(io.stdout.stream)(text);
    });
}

function findProperty(specs: readonly PropertySpec[], name: string): PropertySpec {
  const key = normalizeKey(name);
  const found = specs.find((spec) =>
    [spec.key, ...(spec.aliases ?? [])].some((spelling) => normalizeKey(spelling) === key),
  );
  if (found !== undefined) return found;
  const near = nearest(
    name,
    specs.map((spec) => spec.key),
  );
  throw new UsageError(
    `unknown property "${name}"`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Run `dynadbc properties` for the list.',
  );
}

function formatList(specs: readonly PropertySpec[], io: Io): string {
  const style = paint(io.stdout.colors);
  const groups = [...new Set(specs.map((spec) => spec.group))];
  return groups
    .map((group) => {
      const rows = specs
        .filter((spec) => spec.group === group)
        .map((spec) => [spec.key, formatDefault(spec), spec.doc]);
      return `${style.bold(group)}\n${formatGrid(['property', 'default', 'meaning'], rows, io.stdout)}`;
    })
    .join('\n');
}

function formatProperty(spec: PropertySpec): string {
  const lines = [
    ['type', spec.type.label],
    ['default', formatDefault(spec)],
    ['aliases', (spec.aliases ?? []).join(', ')],
    ['environment', (spec.env ?? []).join(', ')],
    ['group', spec.group],
  ] as const;
  const facts = lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${name.padEnd(11)} ${value}\n`);
  return `${spec.key}: ${spec.doc}\n${facts.join('')}`;
}

function formatDefault(spec: PropertySpec): string {
  return typeof spec.default === 'string' ? spec.default : (JSON.stringify(spec.default) ?? '');
}

function normalizeKey(key: string): string {
  return key.replaceAll(/\s/g, '').toLowerCase();
}
