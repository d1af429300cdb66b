"""Raises the pickled errors of its input in a pool of processes and prints, pickled, what came."""

import pickle
import sys
from multiprocessing import get_context


def fail(error: Exception) -> None:
    raise error


if __name__ == "__main__":
    caught = []
    with get_context("spawn").Pool(1) as pool:
        for error in pickle.load(sys.stdin.buffer):
            try:
                pool.apply_async(fail, [error]).get(60)
            except type(error) as raised:
                caught.append(raised)
    pickle.dump(caught, sys.stdout.buffer)
