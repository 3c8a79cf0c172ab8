"""Studies of Optuna by ask and tell; each lies in a journal file, one process at a time writes it."""

import copy
import os
import warnings

_studies = {}

COUNTED = ("COMPLETE", "PRUNED", "FAIL")


class _Study:
    def __init__(self, told):
        optuna = _optuna()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
        self.told = told
        storage = None
        if told["path"] is not None:
            _tidy(told["path"])
            backend = optuna.storages.journal.JournalFileBackend(told["path"])
            storage = optuna.storages.JournalStorage(backend)
        self.space = {name: _distribution(domain) for name, domain in told["space"].items()}
        self.study = optuna.create_study(
            storage=storage,
            study_name="search",
            direction=told["direction"],
            pruner=_pruner(told["pruner"], told["prunerOptions"]),
            load_if_exists=True,
        )
        # Trials that were begun, by number.
        self.open = {}


def _optuna():
    with warnings.catch_warnings():
        # Its bars are not used.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import optuna
    return optuna


def _tidy(path):
    """Removes what a killed process left: its lock, and a line that it had not finished."""
    for name in (path + ".lock", path + ".lock.rename"):
        if os.path.lexists(name):
            os.remove(name)
    if not os.path.exists(path):
        return
    with open(path, "r+b") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)


def _distribution(domain):
    from optuna import distributions

    kind = domain["kind"]
    if kind == "choice":
        return distributions.CategoricalDistribution(domain["values"])
    made = distributions.FloatDistribution if kind == "float" else distributions.IntDistribution
    step = domain.get("step")
    given = {} if step is None else {"step": step}
    return made(domain["low"], domain["high"], log=domain.get("log", False), **given)


def _sampler(told, seed):
    """A sampler for one trial: with a seed of its own a trial depends on the others alone, not on who asked for them."""
    from optuna import samplers

    given = told["samplerOptions"]
    if told["sampler"] in ("random", "grid"):
        return samplers.RandomSampler(seed=seed, **given)
    if told["sampler"] == "cmaes":
        return samplers.CmaEsSampler(seed=seed, **{"warn_independent_sampling": False, **given})
    return samplers.TPESampler(seed=seed, **given)


def _pruner(name, given):
    from optuna import pruners

    known = {
        "none": pruners.NopPruner,
        "median": pruners.MedianPruner,
        "halving": pruners.SuccessiveHalvingPruner,
        "hyperband": pruners.HyperbandPruner,
    }
    return known[name](**given)


def open_study(told):
    """Opens a study, a new one or that of the path, and gives its trials."""
    _studies[told["id"]] = _Study(told)
    return trials(told["id"])


def close_study(study):
    _studies.pop(study, None)


def ask(study, number, seed, fixed):
    """The parameters of the trial of a number: those that it was begun with, or new ones."""
    from optuna.trial import Trial, TrialState

    own = _studies[study]
    known = own.study.get_trials(deepcopy=False)
    own.study.sampler = _sampler(own.told, seed)
    if number < len(known) and known[number].state == TrialState.RUNNING:
        # Begun by a process that was killed; what it had not yet drawn is drawn as it would have been.
        trial = Trial(own.study, known[number]._trial_id)
    else:
        if fixed is not None and number == len(known):
            own.study.enqueue_trial(fixed)
        trial = own.study.ask()
    if trial.number != number:
        raise RuntimeError(f"Cannot ask for trial {number}: the study must have {number} trials, got {trial.number}")
    for name, distribution in own.space.items():
        trial._suggest(name, distribution)
    own.open[number] = trial
    return trial.params


def report(study, number, value, step, before):
    """Notes a score on the way; whether the trial is to be given up, by the trials below a number alone."""
    own = _studies[study]
    trial = own.open[number]
    with warnings.catch_warnings():
        # Of a step that was reported before its process was killed.
        warnings.simplefilter("ignore")
        trial.report(value, step)
    frozen = own.study._storage.get_trial(trial._trial_id)
    return bool(own.study.pruner.prune(_earlier(own.study, number, before), frozen))


def _earlier(study, number, before):
    """The study as those that are run at once see it: without each other, whichever is faster."""
    view = copy.copy(study)

    def get_trials(deepcopy=True, states=None):
        found = study.get_trials(deepcopy=deepcopy, states=states)
        return [trial for trial in found if trial.number < before or trial.number == number]

    view.get_trials = get_trials
    return view


def tell(study, number, value, state, note):
    from optuna.trial import TrialState

    own = _studies[study]
    trial = own.open.pop(number)
    for name, text in note.items():
        trial.set_user_attr(name, text)
    if state == "complete":
        own.study.tell(trial, value)
    else:
        own.study.tell(trial, state=TrialState.PRUNED if state == "pruned" else TrialState.FAIL)


def trials(study):
    own = _studies[study]
    names = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    return [
        {
            "number": trial.number,
            "parameters": trial.params,
            "value": trial.value,
            "state": names.get(trial.state.name, "begun"),
            "steps": sorted(trial.intermediate_values.items()),
            "seconds": trial.duration.total_seconds() if trial.duration else None,
            "note": trial.user_attrs,
        }
        for trial in own.study.get_trials(deepcopy=False)
    ]


def importances(told, rows, seed):
    """How much of the scores' variance each parameter explains (fANOVA)."""
    optuna = _optuna()
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = {name: _distribution(domain) for name, domain in told["space"].items()}
    study = optuna.create_study(direction=told["direction"])
    for parameters, value in rows:
        study.add_trial(optuna.trial.create_trial(params=parameters, distributions=space, value=value))
    return dict(get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed)))
