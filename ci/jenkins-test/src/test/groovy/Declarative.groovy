import org.codehaus.groovy.control.CompilerConfiguration

/** What the build should meet, and what it did. Unknown directives and steps are errors, as in Jenkins. */
class Build {
  String branch = 'main'
  Map<String, String> overrides = [:]
  List<String> failing = []
  /** Commands that end only when a time limit ends them. */
  List<String> hanging = []
  boolean approved = true

  final List<String> events = []
  final List<Map> shells = []
  final List<Map> stages = []
  final Map<String, List> options = [:]
  final List<String> triggers = []
  /** All limits of stages and steps that the build met, in minutes, and the steps that had none. */
  final List<Integer> limits = []
  final List<String> unlimited = []
  Map input
  String result = 'SUCCESS'

  Build run(File file = new File(System.getProperty('jenkinsfile'))) {
    def compiler = new CompilerConfiguration(scriptBaseClass: DeclarativeScript.name)
    def script = (DeclarativeScript) new GroovyShell(getClass().classLoader, new Binding(), compiler).parse(file)
    script.recordIn(this)
    script.run()
    this
  }

  List<String> commands() { shells*.command }

  List<String> stagesRun() { events.findAll { it.startsWith('stage ') }*.minus('stage ') }
}

class Aborted extends RuntimeException {}

class Failed extends RuntimeException {
  Failed(String message) { super(message) }
}

/** Collects the directives of one block, and refuses those that do not belong there. */
class Directives {
  final Map<String, Object> found = [:]
  private final List<String> allowed

  Directives(List<String> allowed, Closure body) {
    this.allowed = allowed
    body.delegate = this
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
  }

  def methodMissing(String name, Object arguments) {
    if (!(name in allowed)) throw new IllegalArgumentException("'$name' does not belong here: $allowed")
    if (found.containsKey(name)) throw new IllegalArgumentException("'$name' is there twice")
    found[name] = (arguments as List).size() == 1 ? arguments[0] : arguments as List
  }

  def propertyMissing(String name) {
    if (name in ['any', 'none']) return name
    throw new MissingPropertyException(name, Directives)
  }

  // A variable of "environment"; only plain texts can be checked here.
  def propertyMissing(String name, Object value) {
    if (!('=' in allowed)) throw new IllegalArgumentException("no assignment here: $name")
    found[name] = value as String
  }
}

/** "stages": several blocks of one name, which Directives takes for a mistake. */
class StageList {
  final List<List> found = []

  StageList(Closure body) {
    body.delegate = this
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
  }

  void stage(String name, Closure body) { found << [name, body] }
}

abstract class DeclarativeScript extends Script {
  static final POST = ['always', 'success', 'failure', 'unsuccessful', 'aborted', 'cleanup']
  static final OPTIONS = ['timeout', 'disableConcurrentBuilds', 'disableRestartFromStage', 'buildDiscarder',
    'skipDefaultCheckout', 'skipStagesAfterUnstable', 'timestamps', 'logRotator']
  static final STAGE = ['agent', 'options', 'when', 'input', 'steps', 'stages', 'post', 'environment']

  Build build
  final Map<String, String> env = [:]
  final String scm = 'scm'
  protected boolean running
  protected String agent
  protected boolean checkedOut
  protected final List<Map> credentials = []
  protected final List<Map> limits = []

  // "script.build = …" would make a variable of the script.
  void recordIn(Build build) { this.build = build }

  // --- the structure

  void pipeline(Closure body) {
    def parts = new Directives(['agent', 'options', 'triggers', 'environment', 'stages', 'post'], body).found
    require(parts, 'agent', 'stages')
    build.options.putAll(options(parts.options))
    if (parts.triggers) build.triggers.addAll(new Directives(['pollSCM'], parts.triggers).found.collect { "$it" as String })
    env.putAll(new Directives(['='], parts.environment ?: {}).found + build.overrides)
    env.BRANCH_NAME = build.branch
    try {
      onAgent(parts.agent) { runStages(parts.stages) }
    } catch (Aborted ignored) {
    } catch (Failed ignored) {
    }
    if (parts.post) runPost(parts.post, build.result)
  }

  void runStages(Closure body) {
    new StageList(body).found.each { name, stage -> runStage(name, stage) }
  }

  void runStage(String name, Closure body) {
    def parts = new Directives(STAGE, body).found
    if ((parts.steps == null) == (parts.stages == null)) throw new IllegalArgumentException("$name: steps or stages")
    def conditions = new Directives(['branch', 'environment', 'beforeAgent', 'beforeInput'], parts.when ?: {}).found
    build.stages << [name: name, leaf: parts.steps != null, options: options(parts.options)]
    if (conditions.beforeInput && !holds(conditions)) return
    def outcome = 'SUCCESS'
    def work = {
      if (!holds(conditions)) return
      build.events << ("stage $name" as String)
      try {
        if (parts.steps) steps(parts.steps) else runStages(parts.stages)
      } catch (Aborted aborted) {
        outcome = build.result = 'ABORTED'
        throw aborted
      } catch (Failed failed) {
        outcome = build.result = 'FAILURE'
        throw failed
      } finally {
        if (parts.post) runPost(parts.post, outcome)
      }
    }
    if (parts.input) ask(parts.input)
    if (conditions.beforeAgent && !holds(conditions)) return
    // Jenkins' documentation does not say that "post" is outside of the stage's options: the worse is assumed.
    def limit = options(parts.options).timeout
    onAgent(parts.agent, limit ? { within(limit, work) } : work)
  }

  static int minutes(Map limit) { limit.time * (limit.unit == 'HOURS' ? 60 : 1) }

  void within(Map limit, Closure work) {
    build.limits << minutes(limit)
    limits << [usedUp: false]
    try {
      work()
    } finally {
      limits.pop()
    }
  }

  boolean holds(Map conditions) {
    (!conditions.branch || conditions.branch == build.branch) &&
      (!conditions.environment || env[conditions.environment.name] == conditions.environment.value)
  }

  void ask(Closure body) {
    build.input = new Directives(['message', 'ok', 'submitter', 'submitterParameter'], body).found
    require(build.input, 'message')
    build.events << ("input on agent $agent" as String)
    if (!build.approved) {
      build.result = 'ABORTED'
      throw new Aborted()
    }
    if (build.input.submitterParameter) env[build.input.submitterParameter] = 'somebody'
  }

  void onAgent(Object wanted, Closure work) {
    if (!(wanted instanceof Closure)) {
      work()
      return
    }
    def outer = [agent, checkedOut]
    // A workspace of its own: nothing of another agent is there.
    (agent, checkedOut) = [new Directives(['label'], wanted).found.label, false]
    build.events << ("agent $agent" as String)
    try {
      work()
    } finally {
      if (checkedOut) build.events << ("left behind on $agent" as String)
      (agent, checkedOut) = outer
    }
  }

  Map<String, Object> options(Closure body) { body ? new Directives(OPTIONS, wrapOptions(body)).found : [:] }

  // logRotator(…) is an argument of buildDiscarder and no option of its own.
  Closure wrapOptions(Closure body) { { -> body.delegate = new OptionBlock(delegate); body.resolveStrategy = Closure.DELEGATE_ONLY; body() } }

  void runPost(Closure body, String outcome) {
    def parts = new Directives(POST, body).found
    POST.each { condition ->
      def applies = [
        always: true, cleanup: true, success: outcome == 'SUCCESS', failure: outcome == 'FAILURE',
        aborted: outcome == 'ABORTED', unsuccessful: outcome != 'SUCCESS',
      ][condition]
      if (parts[condition] && applies) steps(parts[condition])
    }
  }

  void steps(Closure body) {
    body.delegate = this
    def before = running
    running = true
    try {
      body.call()
    } finally {
      running = before
    }
  }

  static void require(Map parts, String... names) {
    names.each { if (!parts.containsKey(it)) throw new IllegalArgumentException("'$it' is missing") }
  }

  // --- the steps

  void step(String event, boolean needsAgent = true) {
    if (!running) throw new IllegalStateException("a step outside of steps: $event")
    if (needsAgent && agent == null) throw new IllegalStateException("no agent for: $event")
    if (limits.any { it.usedUp }) {
      build.events << ("no time left for $event" as String)
      throw new Aborted()
    }
    if (!limits) build.unlimited << event
    build.events << event
  }

  void timeout(Map limit, Closure body) { within(limit) { steps(body) } }

  void sh(Object command) {
    // Groovy would put values into the text: a secret into the log, a branch's name into the shell.
    if (command instanceof GString) throw new IllegalStateException("interpolated by Groovy: $command")
    step("sh $command" as String)
    build.shells << [command: command, agent: agent, credentials: credentials*.id, variables: credentials*.variables.flatten()]
    if (!checkedOut) throw new Failed("nothing is checked out: $command")
    if (build.hanging.any { command.startsWith(it) }) {
      if (!limits) throw new IllegalStateException("hangs for ever: $command")
      limits.last().usedUp = true
      throw new Aborted()
    }
    if (build.failing.any { command.startsWith(it) }) throw new Failed("$command")
  }

  Map checkout(Object what) {
    step('checkout')
    checkedOut = true
    [GIT_COMMIT: '0123456789abcdef0123456789abcdef01234567']
  }

  void deleteDir() {
    step('deleteDir')
    checkedOut = false
  }

  void echo(Object text) { step("echo $text" as String, false) }

  void script(Closure body) { steps(body) }

  void junit(Map arguments) { step("junit $arguments.testResults" as String) }

  void archiveArtifacts(Map arguments) {
    step("archive $arguments.artifacts${arguments.fingerprint ? ' with fingerprints' : ''}" as String)
  }

  void unarchive(Map arguments) { step("unarchive $arguments.mapping" as String) }

  void withCredentials(List<Map> bindings, Closure body) {
    credentials.addAll(bindings)
    try {
      steps(body)
    } finally {
      bindings.each { credentials.pop() }
    }
  }

  Map string(Map it) { [id: it.credentialsId, variables: [it.variable]] }

  Map file(Map it) { [id: it.credentialsId, variables: [it.variable]] }

  Map usernamePassword(Map it) { [id: it.credentialsId, variables: [it.usernameVariable, it.passwordVariable]] }

  Map sshUserPrivateKey(Map it) { [id: it.credentialsId, variables: [it.keyFileVariable, it.usernameVariable]] }
}

class OptionBlock {
  private final Directives target

  OptionBlock(Directives target) { this.target = target }

  Map logRotator(Map arguments) { arguments }

  def methodMissing(String name, Object arguments) { target.invokeMethod(name, arguments) }
}
