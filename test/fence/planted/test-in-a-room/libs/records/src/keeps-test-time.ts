import { aPerson } from '../../../test/support/people';

export const planted = aPerson;
