import { Argument, Command } from 'commander';
import type { PropertySpec } from '../../connstring/property-spec.ts';
import { nearest } from '../../core/nearest.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/paint.ts';
import { writer } from '../output/writer.ts';
import { UsageError } from '../usage-error.ts';
import { grid } from './describe.ts';

/** `dynadbc properties`: what a connection string may say. */
export function propertiesCommand(io: Io): Command {
  return new Command('properties')
    .summary('list the properties of a connection string')
    .description('Lists the properties that a connection string may have, or explains one of them.')
    .addArgument(new Argument('[name]', 'one property, in any case'))
    .addHelpText('after', examples('dynadbc properties', 'dynadbc properties AWSRegion'))
    .action(async (name: string | undefined) => {
      const { PROPERTIES } = await import('../../connstring/properties.ts');
      const specs: readonly PropertySpec[] = Object.values(PROPERTIES);
      const text = name === undefined ? listText(specs, io) : propertyText(propertyNamed(specs, name));
      await writer(io.stdout.stream)(text);
    });
}

function propertyNamed(specs: readonly PropertySpec[], name: string): PropertySpec {
  const wanted = normal(name);
  const found = specs.find((spec) =>
    [spec.key, ...(spec.aliases ?? [])].some((key) => normal(key) === wanted),
  );
  if (found !== undefined) return found;
  const near = nearest(
    name,
    specs.map((spec) => spec.key),
  );
  throw new UsageError(
    `There is no property "${name}".`,
    near.length > 0 ? `Near it: ${near.join(', ')}.` : '`dynadbc properties` lists them all.',
  );
}

function listText(specs: readonly PropertySpec[], io: Io): string {
  const style = paint(io.stdout.colors);
  const groups = [...new Set(specs.map((spec) => spec.group))];
  return groups
    .map((group) => {
      const rows = specs
        .filter((spec) => spec.group === group)
        .map((spec) => [spec.key, defaultText(spec), spec.doc]);
      return `${style.bold(group)}\n${grid(['property', 'default', 'meaning'], rows, io.stdout)}`;
    })
    .join('\n');
}

function propertyText(spec: PropertySpec): string {
  const lines = [
    ['takes', spec.type.label],
    ['default', defaultText(spec)],
    ['aliases', (spec.aliases ?? []).join(', ')],
    ['environment', (spec.env ?? []).join(', ')],
    ['group', spec.group],
  ] as const;
  const facts = lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${name.padEnd(11)} ${value}\n`);
  return `${spec.key}: ${spec.doc}\n${facts.join('')}`;
}

function defaultText(spec: PropertySpec): string {
  return typeof spec.default === 'string' ? spec.default : (JSON.stringify(spec.default) ?? '');
}

function normal(key: string): string {
  return key.replaceAll(/\s/g, '').toLowerCase();
}
