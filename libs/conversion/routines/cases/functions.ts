import type { CaseGroup } from './case-group.ts';

export const FUNCTIONS: CaseGroup = { name: 'functions', script: '', cases: [] };
