import { OF_SUBJECT } from '../../vocabulary/licence-names.js';

/** Condition that a component is the subject of its SBOM. @param name alias of the table `components` */
export const ofSubject = (name: string) => `COALESCE(${name}.licences[1] = '${OF_SUBJECT}', false)`;
