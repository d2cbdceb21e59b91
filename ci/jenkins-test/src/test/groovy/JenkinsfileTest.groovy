import org.junit.jupiter.api.Test

class JenkinsfileTest {
  static final BUILD = ['Build', 'Checkout', 'Install', 'Lint and types', 'Test', 'Build image', 'Scan']
  static final STAGING = [
    'Staging', 'Fetch release for staging', 'Gate staging', 'Deploy to staging', 'Smoke test staging', 'Record staging']
  static final PRODUCTION = [
    'Production', 'Fetch release for production', 'Gate production', 'Deploy to production', 'Smoke test production',
    'Record production']
  static final CHECKS = ['install', 'lint', 'test', 'build-image', 'cleanup', 'scan'].collect { "scripts/ci/${it}.sh" as String }
  static final UPLOAD = 'scripts/ci/upload.sh "$GIT_COMMIT"'
  static final RELEASE = CHECKS + ['scripts/ci/archive.sh', UPLOAD]
  static final GATE_STAGING = 'scripts/ci/gate.sh staging "$GIT_COMMIT"'
  static final TO_STAGING = [
    'scripts/ci/deploy.sh staging "$GIT_COMMIT"', 'scripts/ci/smoke-environment.sh staging "$GIT_COMMIT"']
  static final ALL_STAGING = [GATE_STAGING, *TO_STAGING, 'scripts/ci/record.sh staging "$GIT_COMMIT" succeeded']
  static final GATE_PRODUCTION = 'scripts/ci/gate.sh production "$GIT_COMMIT"'
  static final TO_PRODUCTION = [
    'scripts/ci/deploy.sh production "$GIT_COMMIT"', 'scripts/ci/smoke-environment.sh production "$GIT_COMMIT"']
  static final ALL_PRODUCTION = [GATE_PRODUCTION, *TO_PRODUCTION, 'scripts/ci/record.sh production "$GIT_COMMIT" succeeded']

  static List<String> strings(List values) { values.collect { it as String } }

  static List<String> secrets(String environment) {
    strings(["srp-$environment-vault-password", "srp-$environment-ssh"])
  }

  /** Going back also asks the platform. */
  static List<String> rights(String environment) { ['srp-token'] + secrets(environment) }

  @Test
  void 'main runs every stage in order, each with its script'() {
    def build = new Build().run()
    assert build.result == 'SUCCESS'
    assert build.stagesRun() == BUILD + ['Archive', 'Upload evidence'] + STAGING + ['Approve production'] + PRODUCTION
    assert build.commands() == RELEASE + ALL_STAGING + ALL_PRODUCTION
  }

  @Test
  void 'each script that is called exists and can be executed'() {
    new Build(overrides: [PUBLISH: 'registry'], failing: ['scripts/ci/smoke-environment.sh']).run().commands().each {
      def script = new File(System.getProperty('repository'), it.split(' ').first())
      assert script.canExecute()
    }
  }

  @Test
  void 'another branch is checked and neither packed nor deployed, and nobody is asked'() {
    def build = new Build(branch: 'feature').run()
    assert build.result == 'SUCCESS'
    assert build.stagesRun() == BUILD
    assert build.commands() == CHECKS
    assert build.input == null
    assert build.shells.every { it.credentials == [] && it.agent == 'srp-build' }
    assert !build.events.contains('agent srp-deploy')
  }

  @Test
  void 'production waits for a release manager, and no agent waits with it'() {
    def build = new Build().run()
    assert build.input.submitter == 'srp-release-managers'
    def asked = build.events.indexOf('input on agent null')
    assert asked > build.events.indexOf('sh ' + TO_STAGING.last())
    assert asked < build.events.indexOf('sh ' + TO_PRODUCTION.first())
    assert build.events.contains('echo production approved by somebody')
  }

  @Test
  void 'a refusal ends the build before production'() {
    def build = new Build(approved: false).run()
    assert build.result == 'ABORTED'
    assert build.commands() == RELEASE + ALL_STAGING
  }

  @Test
  void 'a failing smoke test of staging rolls staging back and stops the build'() {
    def build = new Build(failing: ['scripts/ci/smoke-environment.sh staging']).run()
    assert build.result == 'FAILURE'
    assert build.commands() == RELEASE + [GATE_STAGING] + TO_STAGING + ['scripts/ci/go-back.sh staging "$GIT_COMMIT"']
    assert build.shells.last().credentials == rights('staging')
    assert build.input == null
  }

  @Test
  void 'a failing smoke test of production rolls production back'() {
    def build = new Build(failing: ['scripts/ci/smoke-environment.sh production']).run()
    assert build.result == 'FAILURE'
    assert build.commands() == RELEASE + ALL_STAGING + [GATE_PRODUCTION] + TO_PRODUCTION + ['scripts/ci/go-back.sh production "$GIT_COMMIT"']
    assert build.shells.last().credentials == rights('production')
  }

  @Test
  void 'a deployment that fails half-way is rolled back, and not smoke tested'() {
    ['staging': TO_STAGING, 'production': TO_PRODUCTION].each { environment, commands ->
      def build = new Build(failing: ["scripts/ci/deploy.sh $environment" as String]).run()
      assert build.result == 'FAILURE'
      assert strings(build.commands()).takeRight(2) ==
        strings([commands.first(), "scripts/ci/go-back.sh $environment \"\$GIT_COMMIT\""])
    }
  }

  @Test
  void 'what the gate denies or does not answer is not deployed, and nothing is rolled back'() {
    ['staging': [GATE_STAGING], 'production': ALL_STAGING + [GATE_PRODUCTION]].each { environment, commands ->
      def build = new Build(failing: ["scripts/ci/gate.sh $environment" as String]).run()
      assert build.result == 'FAILURE'
      assert build.commands() == RELEASE + commands
    }
  }

  @Test
  void 'a success that is not recorded is not rolled back, and stops the build'() {
    def build = new Build(failing: ['scripts/ci/record.sh staging']).run()
    assert build.result == 'FAILURE'
    assert build.commands() == RELEASE + ALL_STAGING
  }

  @Test
  void 'a scanner that is missing stops the build before anything is packed'() {
    def build = new Build(failing: ['scripts/ci/scan.sh']).run()
    assert build.result == 'FAILURE'
    assert build.commands() == CHECKS
  }

  @Test
  void 'failing tests are published, and nothing comes after them'() {
    def build = new Build(failing: ['scripts/ci/test.sh']).run()
    assert build.result == 'FAILURE'
    assert build.commands() == CHECKS.take(3)
    assert build.events.contains('junit ci-results/junit/*.xml')
    assert build.events.contains('archive ci-results/coverage/**')
  }

  @Test
  void 'the release is archived with fingerprints, and both environments get it from there'() {
    def events = new Build().run().events
    def archived = events.indexOf('archive ci-results/release/** with fingerprints')
    assert archived > events.indexOf('sh scripts/ci/archive.sh')
    [TO_STAGING, TO_PRODUCTION].each {
      def deploy = events.indexOf('sh ' + it.first())
      def environment = it == TO_STAGING ? 'staging' : 'production'
      assert events[deploy - 1] == "stage Deploy to $environment"
      assert events[deploy - 2].startsWith("sh scripts/ci/gate.sh $environment")
      assert events[deploy - 4] == 'unarchive [ci-results/release/**:.]'
      assert archived < deploy
    }
  }

  @Test
  void 'a registry gets the image before the release is packed, with a login for that step alone'() {
    def build = new Build(overrides: [PUBLISH: 'registry']).run()
    assert build.commands().take(8) == CHECKS + ['scripts/ci/push-image.sh', 'scripts/ci/archive.sh']
    assert build.shells.findAll { 'srp-registry' in it.credentials }*.command == ['scripts/ci/push-image.sh']
    assert !new Build(branch: 'feature', overrides: [PUBLISH: 'registry']).run().commands().contains('scripts/ci/push-image.sh')
  }

  @Test
  void 'credentials go to the step that needs them, one set for each environment'() {
    def build = new Build().run()
    build.shells.each {
      def environment = (it.command =~ /(?:deploy|smoke-environment)\.sh (\w+)/).with { it.find() ? it.group(1) : null }
      def asks = it.command =~ /(?:upload|gate|record)\.sh/
      assert strings(it.credentials) == (environment ? secrets(environment) : asks ? ['srp-token'] : [])
      if (asks) assert it.variables == ['SRP_TOKEN']
      if (environment) {
        assert it.variables == ['ANSIBLE_VAULT_PASSWORD_FILE', 'ANSIBLE_PRIVATE_KEY_FILE', 'ANSIBLE_REMOTE_USER']
      }
    }
  }

  @Test
  void 'a deployment or a smoke test that hangs is rolled back, with time of its own'() {
    ['staging': TO_STAGING, 'production': TO_PRODUCTION].each { environment, commands ->
      commands.each { command ->
        def build = new Build(hanging: [command]).run()
        assert build.result == 'ABORTED'
        assert strings(build.commands()).takeRight(2) ==
          strings([command, "scripts/ci/go-back.sh $environment \"\$GIT_COMMIT\""])
        assert strings(build.shells.last().credentials) == rights(environment)
      }
    }
  }

  @Test
  void 'every step has a time limit, and the build one that is longer than all of them together'() {
    // The longest way: everything, and production back at the end.
    def build = new Build(
      overrides: [PUBLISH: 'registry'], failing: ['scripts/ci/smoke-environment.sh production']).run()
    assert build.unlimited.every { it == 'deleteDir' }
    assert build.limits.sum() < DeclarativeScript.minutes(build.options.timeout)
  }

  @Test
  void 'one build at a time, old ones discarded, sources polled, workspaces emptied'() {
    def build = new Build().run()
    assert build.options.keySet().containsAll(
      ['disableConcurrentBuilds', 'disableRestartFromStage', 'buildDiscarder', 'timestamps', 'skipDefaultCheckout'])
    assert build.options.buildDiscarder.artifactNumToKeepStr
    assert build.triggers == ['pollSCM=H/5 * * * *']
    assert !build.events.any { it.startsWith('left behind') }
    assert build.events.count('agent srp-build') == 1 && build.events.count('agent srp-deploy') == 2
  }
}
