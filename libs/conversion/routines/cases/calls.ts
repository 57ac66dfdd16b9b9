import type { CaseGroup } from './case-group.ts';

export const CALLS: CaseGroup = { name: 'calls', script: '', cases: [] };
