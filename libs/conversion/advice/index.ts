export { modelMessages, type ModelMessage, proposalIn, underHead } from './advice.ts';
