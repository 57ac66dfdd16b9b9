import type { CaseGroup } from './case-group.ts';

export const TRIGGERS: CaseGroup = { name: 'triggers', script: '', cases: [] };
