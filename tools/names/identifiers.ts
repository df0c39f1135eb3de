import ts from 'typescript';
import { findExportedNames, formatPosition, getDeclaredName, type Source } from './source.ts';

const OLD_LIMIT = /^(?:MOST|FEWEST|LONGEST|LEAST)_/;
const VAGUE = new Set(['given', 'way', 'told']);

/** Functions that may end in `Of`, and why. */
const NOUN_FUNCTIONS: ReadonlyMap<string, string> = new Map([['oneOf', "JSON Schema's keyword"]]);

/** Finds names of a wrong form, and names that say nothing. */
export function checkIdentifiers(source: Source): readonly string[] {
  return [...checkFunctions(source), ...checkDeclarations(source)];
}

function checkFunctions(source: Source): readonly string[] {
  return findExportedNames(source)
    .filter(({ name, isFunction }) => isFunction && /[a-z0-9]Of$/.test(name) && !NOUN_FUNCTIONS.has(name))
    .map(
      ({ name, position }) =>
        `${formatPosition(source, position)}: ${name} is a function: name it with a verb`,
    );
}

function checkDeclarations(source: Source): readonly string[] {
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = getDeclaredName(node);
    const problem = name && findProblem(name.text);
    if (name !== undefined && problem !== undefined)
      problems.push(`${formatPosition(source, name.getStart(source.root))}: ${name.text}: ${problem}`);
    ts.forEachChild(node, visit);
  };
  visit(source.root);
  return problems;
}

function findProblem(name: string): string | undefined {
  if (OLD_LIMIT.test(name)) return 'name a limit MAX_… or MIN_…';
  if (VAGUE.has(name)) return 'name what it is';
  return undefined;
}
