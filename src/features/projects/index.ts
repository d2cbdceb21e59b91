export { checkProjects, findProjects, requireProject, requireReach } from './projects.service.js';
