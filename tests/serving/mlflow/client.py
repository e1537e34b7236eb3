"""What a user does with the server, through MLflow's own client; run in the image's environment.

The last line of its output is the result as JSON.
"""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PythonModel
from mlflow.telemetry.client import get_telemetry_client
from mlflow.telemetry.utils import is_telemetry_disabled

MODEL = "doubler"


class Doubler(PythonModel):
    """The smallest model that can be seen to work."""

    def predict(self, model_input: list[int]) -> list[int]:
        return [2 * value for value in model_input]


def log() -> dict[str, object]:
    """A run with parameters, metrics, an artifact, and a registered model."""
    mlflow.set_experiment("trial")
    with mlflow.start_run() as run:
        mlflow.log_param("learning_rate", 0.1)
        for step in range(3):
            mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "notes.txt"
            file.write_text("measured with care")
            mlflow.log_artifact(str(file), "notes")
        mlflow.pyfunc.log_model(
            name="model", python_model=Doubler(), registered_model_name=MODEL, pip_requirements=[]
        )
    return {"run": run.info.run_id, "artifacts": run.info.artifact_uri}


def read() -> dict[str, object]:
    """Everything of it, read back."""
    client = MlflowClient()
    (run,) = mlflow.search_runs(experiment_names=["trial"], output_format="list")
    notes = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="notes/notes.txt"
    )
    model = mlflow.pyfunc.load_model(f"models:/{MODEL}/1")
    return {
        "run": run.info.run_id,
        "parameters": run.data.params,
        "losses": [one.value for one in client.get_metric_history(run.info.run_id, "loss")],
        "notes": Path(notes).read_text(),
        "predicted": list(model.predict([1, 2])),
        "secrets": sorted(name for name in os.environ if name.startswith("AWS")),
    }


def large() -> dict[str, object]:
    """The digest of a file of several parts, before and after its way through the server."""
    mlflow.set_experiment("large")
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        file = Path(folder) / "large.bin"
        file.write_bytes(os.urandom(40 * 1024**2))
        sent = hashlib.sha256(file.read_bytes()).hexdigest()
        mlflow.log_artifact(str(file))
        back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=file.name)
        received = hashlib.sha256(Path(back).read_bytes()).hexdigest()
    return {"sent": sent, "received": received}


def refused() -> dict[str, object]:
    """The status with which the server answers a client whose login is wrong."""
    try:
        MlflowClient().search_experiments()
    except MlflowException as error:
        return {"status": error.get_http_status_code(), "text": str(error)}
    return {"status": 200}


def silent() -> dict[str, object]:
    """What MLflow itself says of its telemetry, in this environment."""
    return {"disabled": is_telemetry_disabled(), "client": get_telemetry_client() is not None}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))  # noqa: T201 - its one output
