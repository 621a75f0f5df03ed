"""Two kinds of resource that moto's CloudFormation only names, made through moto's own services; and one question."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.apigatewayv2.models import apigatewayv2_backends
from moto.cloudformation.models import ChangeSet
from moto.core.common_models import CloudFormationModel
from moto.secretsmanager.models import secretsmanager_backends
from moto.sesv2.responses import SESV2Response


class Secret(CloudFormationModel):
    """A secret without a value, as CloudFormation makes it where none is given."""

    def __init__(self, arn: str) -> None:
        self.arn = arn

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Id"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.arn

    @property
    def physical_resource_id(self) -> str:
        return self.arn

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **others: Any
    ) -> Secret:
        backend, properties = secretsmanager_backends[account_id][region_name], cloudformation_json["Properties"]
        made = backend.create_secret(
            name=properties["Name"],
            secret_string=None,
            secret_binary=None,
            description=properties["Description"],
            tags=None,
            kms_key_id=properties["KmsKeyId"],
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return cls(json.loads(made)["ARN"])


class Api(CloudFormationModel):
    """An HTTP API."""

    def __init__(self, id: str) -> None:
        self.physical_resource_id = id

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::ApiGatewayV2::Api"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **others: Any
    ) -> Api:
        properties = cloudformation_json["Properties"]
        nothing = dict.fromkeys(
            (
                "api_key_selection_expression", "cors_configuration", "disable_execute_api_endpoint",
                "disable_schema_validation", "route_selection_expression", "tags", "version",
            )
        )  # fmt: skip
        made = apigatewayv2_backends[account_id][region_name].create_api(
            name=properties["Name"],
            description=properties["Description"],
            protocol_type=properties["ProtocolType"],
            **nothing,
        )
        return cls(made.api_id)


def get_account(self: SESV2Response) -> str:
    """An account out of the sandbox, with the quota AWS gives at first."""
    quota = {"Max24HourSend": 50_000, "MaxSendRate": 14, "SentLast24Hours": 0}
    return json.dumps({"ProductionAccessEnabled": True, "SendingEnabled": True, "SendQuota": quota})


def remember(apply: Callable[[ChangeSet], None]) -> Callable[[ChangeSet], None]:
    """Carrying out a change set, after which the stack knows its template, parameters and outputs, as on AWS."""

    def apply_and_remember(self: ChangeSet) -> None:
        apply(self)
        self.stack.template_dict = self.template_dict
        self.stack.parameters = self.parameters
        self.stack.output_map = self.stack._create_output_map()

    return apply_and_remember
