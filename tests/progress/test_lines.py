"""What a program logs, warns and prints stands whole on lines of its own beside a bar."""

import pytest
from progress.programs import program
from progress.terminal import on_terminal


def test_records_stand_whole_on_lines_of_their_own() -> None:
    before = "logging.basicConfig(level=logging.INFO, format='%(levelname)s: %(message)s')"
    shown = on_terminal(program("logging.info('record %d', number)", before=before))
    assert "Reading dataset 5" in shown.everything
    assert shown.lines == [f"INFO: record {number}" for number in range(11)]


def test_handlers_keep_their_levels_filters_formats_and_order() -> None:
    before = """
plain, grave, own = (logging.StreamHandler(to) for to in (sys.stdout, sys.stderr, sys.stderr))
plain.addFilter(lambda record: record.levelno < logging.ERROR)
plain.setFormatter(logging.Formatter("out %(message)s"))
grave.setLevel(logging.ERROR)
grave.setFormatter(logging.Formatter("err %(message)s"))
own.setFormatter(logging.Formatter("own %(message)s"))
logging.getLogger().handlers = [plain, grave]
logging.getLogger().setLevel(logging.INFO)
logging.getLogger("of.a.library").addHandler(own)
def state():
    return [
        (dict(vars(logger)), [dict(vars(handler)) for handler in logger.handlers])
        for logger in (logging.getLogger(), logging.getLogger("of.a.library"))
    ]
at_first, streams = state(), [dict(vars(s)) for s in (sys.stdout, sys.stderr)]
"""
    during = """
    logging.debug("not to be seen")
    logging.getLogger("of.a.library").info("a%d", number)
    logging.error("b%d", number)
    assert state() == at_first
"""
    after = """
assert state() == at_first
assert streams == [dict(vars(s)) for s in (sys.stdout, sys.stderr)]
"""
    shown = on_terminal(program(during, before=before, after=after))
    assert shown.lines == [
        line for n in range(11) for line in (f"own a{n}", f"out a{n}", f"err b{n}")
    ]


def test_what_is_logged_without_handlers_warned_and_printed_is_whole_too() -> None:
    during = """
    logging.getLogger("nobody").warning("record %d", number)
    print("printed", number, "in pieces")
    sys.stdout.writelines(["two\\n", "lines\\n"])
    """
    shown = on_terminal(program(during), PYTHONUNBUFFERED="1")
    assert shown.lines == [
        line
        for n in range(11)
        for line in (f"record {n}", f"printed {n} in pieces", "two", "lines")
    ]


def test_a_line_that_takes_long_is_not_broken() -> None:
    during = "print('.' if number < 7 else '!\\n', end='', flush=True)"
    shown = on_terminal(program(during))
    assert shown.lines == [".......!", "!", "!", "!"]


def test_a_line_begun_while_a_bar_was_there_stays_when_it_goes() -> None:
    during = "if number > 9: print('.', end='', flush=True)"
    assert on_terminal(program(during, after="print('next')")).lines == [".", "next"]


def test_records_of_many_threads_are_whole() -> None:
    before = """
import concurrent.futures
logging.basicConfig(level=logging.INFO, format="%(message)s")
pool = concurrent.futures.ThreadPoolExecutor(4)
def talk():
    for number in range(25):
        logging.info("a record that is long enough to be torn: %02d", number)
"""
    during = """
    waiting = [pool.submit(talk) for _ in range(4)] if number == 5 else []
    while not all(task.done() for task in waiting):
        meter.advance(1)
"""
    shown = on_terminal(program(during, before=before))
    expected = [f"a record that is long enough to be torn: {number:02}" for number in range(25)]
    assert sorted(shown.lines) == sorted(expected * 4)


def test_a_bar_of_the_program_itself_is_respected() -> None:
    before = """
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm
logging.basicConfig(level=logging.INFO, format="%(message)s")
for _ in tqdm(range(2), desc="Mine"):
    with logging_redirect_tqdm(), Meter("Ours", progress=None, clock=Clock(step=0.5)) as meter:
        for number in range(5):
            meter.advance(1)
            logging.info("record %d", number)
            tqdm.write("told")
            list(tqdm(range(3), desc="Inner", leave=False, mininterval=0))
"""
    shown = on_terminal(program("pass", before=before))
    assert "Ours" in shown.everything
    told = [line for n in range(5) for line in (f"record {n}", "told")]
    assert shown.lines[:-1] == told * 2
    assert shown.lines[-1].startswith("Mine: 100%")


def test_a_process_forked_meanwhile_writes_as_if_there_were_no_bar() -> None:
    during = """
    if number == 6:
        import os
        child = os.fork()
        if not child:
            print("from a child", flush=True)
            os._exit(0)
        os.waitpid(child, 0)
"""
    before = "warnings.simplefilter('ignore')"
    shown = on_terminal(program(during, before=before))
    assert "from a child\r\n\rReading" in shown.everything


@pytest.mark.parametrize("covered", [False, True])
def test_what_others_make_of_a_stream_meanwhile_remains(covered: bool) -> None:
    cover = "theirs = sys.stderr.write; sys.stderr.write = lambda text: theirs('> ' + text)\n"
    before = cover if covered else ""
    during = "pass" if covered else f"if number == 5:\n        global theirs; {cover}"
    after = "print('a line', file=sys.stderr, end='\\n')\nprint('write' in vars(sys.stderr))"
    shown = on_terminal(program(during, before=before, after=after))
    assert shown.lines[-1] == "True"
    assert "> a line" in shown.everything
