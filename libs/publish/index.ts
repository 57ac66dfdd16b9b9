export { TablePublisher } from './table-publisher.ts';
