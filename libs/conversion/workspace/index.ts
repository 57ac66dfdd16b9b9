export {
  editOf,
  type NewState,
  textHash,
  type WorkspaceObject,
  workspaceObjects,
  type WorkspaceStatement,
} from './workspace.ts';
