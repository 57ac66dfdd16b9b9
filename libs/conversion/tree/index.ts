export { type ConvertedObject, convertedObjects } from './converted-objects.ts';
export { type ObjectFile, objectFiles, orderFile } from './object-files.ts';
export { type FileChange, type FilePlan, planFile } from './plan.ts';
export { idleSuppressions, readSuppressions, suppressedBy, type Suppression } from './suppression.ts';
