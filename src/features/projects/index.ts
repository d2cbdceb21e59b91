export { checkProjects, requireProject, requireReach } from './projects.service.js';
