import type { FacilityKind } from '#schema';
import type { IssueCode } from './issue.ts';
import { type SchemaContext, tell } from './schema-context.ts';

/** The code of each kind of facility, and how messages begin. */
const CODES: Readonly<Record<FacilityKind, readonly [IssueCode, string]>> = {
  'linked-server': ['SL1060', 'The linked server'],
  'agent-job': ['SL1061', 'The Agent job'],
  'broker-service': ['SL1062', 'The Service Broker service'],
  'broker-queue': ['SL1062', 'The Service Broker queue'],
  'event-notification': ['SL1062', 'The event notification'],
  'database-mail': ['SL1063', 'The mail profile'],
  assembly: ['SL1064', 'The assembly'],
  'clr-type': ['SL1064', 'The CLR type'],
  'xml-schema-collection': ['SL1065', 'The XML schema collection'],
  certificate: ['SL1066', 'The certificate'],
  'symmetric-key': ['SL1066', 'The symmetric key'],
  'external-data-source': ['SL1067', 'The external data source'],
  'database-trigger': ['SL1051', 'The trigger of the database'],
  'plan-guide': ['SL1068', 'The plan guide'],
  'database-audit': ['SL1068', 'The audit specification'],
};

/** What serves the database beside its objects, each with advice: nothing of it is converted. */
export function tellFacilities(context: Pick<SchemaContext, 'database' | 'issues'>): void {
  for (const { kind, name, detail } of context.database.facilities ?? []) {
    const [code, title] = CODES[kind];
    tell(context, code, name, `${title} ${name} is not converted${detail === undefined ? '' : ` (${detail})`}.`);
  }
}

/** Extended properties beside MS_Description, which is a comment. */
export function tellProperties(context: Pick<SchemaContext, 'database' | 'issues'>): void {
  for (const { name, value, object } of context.database.properties ?? [])
    tell(context, 'SL1038', object, `The extended property ${name} is not carried over.`, value);
}
