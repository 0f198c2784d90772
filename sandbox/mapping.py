"""The default SCIM mapping of a non-gallery app, as `…/jobs/{job}/schema` gives it."""

from typing import Any, Final

Json = dict[str, Any]

RULE_ID: Final = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"  # the same in every tenant seen in public
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
SWITCH_ACTIVE: Final = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'

# target attribute, source expression, matching priority
_USER: Final = (
    ("userName", "[userPrincipalName]", 1),
    ("active", SWITCH_ACTIVE, 0),
    ("displayName", "[displayName]", 0),
    ("title", "[jobTitle]", 0),
    ('emails[type eq "work"].value', "[mail]", 0),
    ("preferredLanguage", "[preferredLanguage]", 0),
    ("name.givenName", "[givenName]", 0),
    ("name.familyName", "[surname]", 0),
    ("name.formatted", 'Join(" ", [givenName], [surname])', 0),
    ('phoneNumbers[type eq "mobile"].value', "[mobilePhone]", 0),
    ("externalId", "[mailNickname]", 0),
    (f"{ENTERPRISE}:employeeNumber", "[employeeId]", 0),
    (f"{ENTERPRISE}:department", "[department]", 0),
    (f"{ENTERPRISE}:manager", "[manager]", 0),
)
_GROUP: Final = (
    ("displayName", "[displayName]", 1),
    ("externalId", "[objectId]", 0),
    ("members", "[members]", 0),
)
_SOURCE_USER: Final = (
    "accountEnabled",
    "appRoleAssignments",
    "city",
    "companyName",
    "country",
    "department",
    "displayName",
    "employeeId",
    "givenName",
    "IsSoftDeleted",
    "jobTitle",
    "mail",
    "mailNickname",
    "manager",
    "mobilePhone",
    "objectId",
    "officeLocation",
    "onPremisesSamAccountName",
    "originalUserPrincipalName",
    "preferredLanguage",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
)
OPERATORS: Final = (
    # name, arity, attribute types
    ("EQUALS", "Binary", ("String", "Integer", "Reference", "Boolean")),
    ("NOT EQUALS", "Binary", ("String", "Integer", "Reference", "Boolean")),
    ("IS TRUE", "Unary", ("Boolean",)),
    ("IS FALSE", "Unary", ("Boolean",)),
    ("IS NULL", "Unary", ("String", "Integer", "Reference", "Binary", "Boolean", "DateTime")),
    ("IS NOT NULL", "Unary", ("String", "Integer", "Reference", "Binary", "Boolean", "DateTime")),
    ("REGEX MATCH", "Binary", ("String",)),
    ("NOT REGEX MATCH", "Binary", ("String",)),
    ("Includes", "Binary", ("String",)),
    ("ENDS_WITH", "Binary", ("String",)),
    ("Greater_Than", "Binary", ("Integer",)),
    ("Greater_Than_OR_EQUALS", "Binary", ("Integer",)),
)


def default_schema(job_id: str, app_name: str) -> Json:
    """Give the schema of a job whose tenant file brings none of its own."""
    return {
        "id": job_id,
        "version": "Date:2026-01-05T09:00:00.0000000Z, Sequence:1",
        "synchronizationRules": [
            {
                "id": RULE_ID,
                "name": "USERGROUP_OUTBOUND_USERGROUP",
                "editable": True,
                "priority": 1,
                "sourceDirectoryName": "Azure Active Directory",
                "targetDirectoryName": app_name,
                "containerFilter": None,
                "groupFilter": None,
                "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
                "objectMappings": [
                    _object_mapping("User", ENTERPRISE, _USER),
                    _object_mapping("Group", GROUP, _GROUP),
                ],
            }
        ],
        "directories": [
            _directory("Azure Active Directory", True, [("User", _SOURCE_USER), ("Group", _source_group())]),
            _directory(
                app_name, False, [(ENTERPRISE, tuple(row[0] for row in _USER)), (GROUP, tuple(r[0] for r in _GROUP))]
            ),
        ],
    }


def filter_operators() -> list[Json]:
    return [
        {
            "id": name,
            "name": name,
            "arity": arity,
            "multivaluedComparisonType": "All",
            "supportedAttributeTypes": list(types),
            "attributeTypeMismatch": None,
        }
        for name, arity, types in OPERATORS
    ]


def _source_group() -> tuple[str, ...]:
    return ("displayName", "mailNickname", "members", "objectId", "securityEnabled")


def _object_mapping(source: str, target: str, rows: tuple[tuple[str, str, int], ...]) -> Json:
    return {
        "name": f"Provision Azure Active Directory {source}s",
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "sourceObjectName": source,
        "targetObjectName": target,
        "scope": None,
        "metadata": [
            {"key": "EscrowBehavior", "value": "Default"},
            {"key": "supportsProvisionOnDemand", "value": "true"},
        ],
        "attributeMappings": [attribute_mapping(*row) for row in rows],
    }


def attribute_mapping(target: str, expression: str, priority: int) -> Json:
    """Write one mapping; an expression is `[attribute]`, `"constant"` or `Function(…)`."""
    plain = expression.startswith("[") and expression.endswith("]")
    kind = "Attribute" if plain else "Constant" if expression.startswith('"') else "Function"
    name = expression.strip('[]"') if kind != "Function" else expression.partition("(")[0]
    return {
        "source": {"type": kind, "name": name, "expression": expression, "parameters": []},
        "targetAttributeName": target,
        "defaultValue": None,
        "flowType": "Always",
        "flowBehavior": "FlowWhenChanged",
        "matchingPriority": priority,
        "exportMissingReferences": False,
    }


def _directory(name: str, read_only: bool, objects: list[tuple[str, tuple[str, ...]]]) -> Json:
    return {
        "id": name.replace(" ", ""),
        "name": name,
        "version": "1",
        "readOnly": read_only,
        "discoverabilities": "None" if read_only else "AttributeNames",
        "discoveryDateTime": None,
        "objects": [
            {
                "name": object_name,
                "metadata": [],
                "supportedApis": [],
                "attributes": [_attribute(each) for each in attributes],
            }
            for object_name, attributes in objects
        ],
    }


def _attribute(name: str) -> Json:
    """Describe an attribute. Only userName is marked required: what the app itself demands is its secret."""
    flags = {"accountEnabled", "IsSoftDeleted", "active", "securityEnabled"}
    references = {"manager", "members", f"{ENTERPRISE}:manager"}
    kind = "Boolean" if name in flags else "Reference" if name in references else "String"
    return {
        "name": name,
        "type": kind,
        "anchor": name == "objectId",
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": name in ("members", "appRoleAssignments"),
        "mutability": "ReadWrite",
        "required": name == "userName",
        "referencedObjects": [],
        "apiExpressions": [],
        "metadata": [],
    }
