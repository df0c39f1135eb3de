import { readFileSync } from 'node:fs';
import type { Outcome } from '../dialect/recorded.ts';

/** Whole hours and half hours, on both sides of the date line. */
export const ZONES = ['Europe/Zurich', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'] as const;
export type Zone = (typeof ZONES)[number];

const STATEMENTS = new URL('../../fixtures/dates/zones.sql', import.meta.url);

/** Statements whose results depend on the session's time zone. */
export function readZoneStatements(): readonly string[] {
  return readFileSync(STATEMENTS, 'utf8').split('\n').filter(Boolean);
}

/** The file with PostgreSQL's results in a zone. */
export function recordedZoneFile(zone: Zone): URL {
  return new URL(`../../fixtures/dates/zones-${zone.replace('/', '-').toLowerCase()}.json`, import.meta.url);
}

/** What PostgreSQL 15 returns for the statements in a zone. */
export function readRecordedZone(zone: Zone): ReadonlyMap<string, Outcome> {
  const parsed: Record<string, Outcome> = JSON.parse(readFileSync(recordedZoneFile(zone), 'utf8'));
  return new Map(Object.entries(parsed));
}
