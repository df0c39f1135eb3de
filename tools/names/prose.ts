import ts from 'typescript';
import { formatPosition, type Source } from './source.ts';

/** Words of comments and strings that a reader has to puzzle over, and what to write in their place. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:nobody|somebody|whoever)\b/i, 'name the user, process or server'],
  [/\bits kin\b/i, 'name the others, or what they have in common'],
  [/\bso many\b/i, 'say "this number of"'],
  // PostgreSQL says "there is no unique constraint …" itself.
  [/(?<!\bthere )\bis no (?!longer\b|more\b|less\b)\w+/i, 'say "is not a"'],
  [/\bsees? to it\b/i, 'say "ensures"'],
  [/\btaken for\b/i, 'say "treated as"'],
];

interface Text {
  readonly text: string;
  readonly position: number;
}

/** Comments and strings with words of the list. */
export function checkText(source: Source): readonly string[] {
  return [...findComments(source.root), ...findStrings(source.root)]
    .toSorted((a, b) => a.position - b.position)
    .flatMap(({ text, position }) =>
      BANNED.flatMap(([pattern, remedy]) => {
        const [found] = pattern.exec(text) ?? [];
        return found === undefined ? [] : `${formatPosition(source, position)}: "${found}": ${remedy}`;
      }),
    );
}

/** Comments, with lines joined, and consecutive comments of one line joined too. */
function findComments(root: ts.SourceFile): readonly Text[] {
  const { text } = root;
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(root);
    for (const child of children) visit(child);
    if (children.length > 0) return;
    for (const range of [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ])
      ranges.set(range.pos, range);
  };
  visit(root);
  const joined: { text: string; position: number; end: number }[] = [];
  for (const { pos, end } of [...ranges.values()].toSorted((a, b) => a.pos - b.pos)) {
    const comment = text.slice(pos, end).replaceAll(/\s*\n\s*\*?\s*/g, ' ');
    const last = joined.at(-1);
    if (last !== undefined && comment.startsWith('//') && text.slice(last.end, pos).trim() === '') {
      last.text += comment.slice(2);
      last.end = end;
    } else {
      joined.push({ text: comment, position: pos, end });
    }
  }
  return joined;
}

function findStrings(root: ts.SourceFile): readonly Text[] {
  const strings: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      strings.push({ text: node.text, position: node.getStart(root) });
    ts.forEachChild(node, visit);
  };
  visit(root);
  return strings;
}
