import { type Command, emptyResult } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';

/** `DISCARD ALL` and `DISCARD PLANS`: the next statements describe and sample their tables anew. */
export const discard: Command = {
  nodes: ['DiscardStmt'],
  roleInTransaction: (parsed) => (getTarget(parsed) === 'DISCARD_ALL' ? undefined : 'reads'),
  async run(parsed, _parameters, { catalog, session }) {
    switch (getTarget(parsed)) {
      case 'DISCARD_ALL':
        catalog.forget();
        session.zone.current = session.zone.initial;
        return emptyResult('DISCARD ALL');
      case 'DISCARD_PLANS':
        catalog.forget();
        return emptyResult('DISCARD PLANS');
      case 'DISCARD_SEQUENCES':
        return emptyResult('DISCARD SEQUENCES');
      case 'DISCARD_TEMP':
        return emptyResult('DISCARD TEMP');
      case undefined:
      default:
        throw parsed.unsupported();
    }
  },
};

function getTarget({ node }: ParsedCommand): string | undefined {
  return 'DiscardStmt' in node ? node.DiscardStmt.target : undefined;
}
