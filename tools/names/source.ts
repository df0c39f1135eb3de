import ts from 'typescript';

/** A parsed file of `src`. */
export interface Source {
  /** Relative to the project, with slashes. */
  readonly file: string;
  readonly root: ts.SourceFile;
}

export function parseSource(file: string, text: string): Source {
  return { file, root: ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true) };
}

/** `file:line`, which editors and terminals make a link. */
export function formatPosition({ file, root }: Source, position: number): string {
  return `${file}:${root.getLineAndCharacterOfPosition(position).line + 1}`;
}

export interface ExportedName {
  readonly name: string;
  readonly position: number;
  readonly isFunction: boolean;
}

/** The names that a file declares and exports; a re-export declares nothing. */
export function findExportedNames({ root }: Source): readonly ExportedName[] {
  return root.statements.filter(isExported).flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
        ts.isIdentifier(name)
          ? { name: name.text, position: name.getStart(root), isFunction: isFunctionValue(initializer) }
          : [],
      );
    const name = getDeclaredName(statement);
    return name === undefined
      ? []
      : { name: name.text, position: name.getStart(root), isFunction: ts.isFunctionDeclaration(statement) };
  });
}

/** The identifier that a node declares: a variable, a parameter, a member, a function, a type. */
export function getDeclaredName(node: ts.Node): ts.Identifier | undefined {
  if (!isNamed(node) || ts.isPropertyAccessExpression(node)) return undefined;
  return node.name !== undefined && ts.isIdentifier(node.name) ? node.name : undefined;
}

function isNamed(node: ts.Node): node is ts.NamedDeclaration {
  return 'name' in node;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isFunctionValue(value: ts.Expression | undefined): boolean {
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
}
