export { readAsOutsider } from './read-as-outsider';
