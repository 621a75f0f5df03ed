"""The code's bucket: private, encrypted, every version kept; a zip lies under the hash of what is in it."""

from __future__ import annotations

from pathlib import Path

from infra.aws import client
from infra.aws.failing import code_of, explained

OLD_VERSIONS_DAYS = 90
UPLOAD_SECONDS = 300.0


def bucket_name(account: str, region: str) -> str:
    """One bucket for every Muster of an account and region."""
    return f"muster-code-{account}-{region}"


def key_of(name: str, zip_hash: str, part: str) -> str:
    """The same content has the same key, so nothing is put twice and no function changes that need not."""
    return f"{name}/{part}-{zip_hash}.zip"


def make_bucket(bucket: str, account: str, region: str) -> bool:
    """Make the bucket as it must be; a second time only put right what is not. Says whether it was made."""
    from botocore.exceptions import ClientError

    s3 = client("s3")
    with explained(f"Making the bucket {bucket}"):
        try:
            s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
            made = False
        except ClientError as refused:
            if code_of(refused) not in ("404", "NoSuchBucket"):
                raise
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **where)
            made = True
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        encrypted = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [encrypted]})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        _forget_old_versions(bucket)
    return made


def _forget_old_versions(bucket: str) -> None:
    old = {
        "ID": "forget what was deleted",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    client("s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [old]})


def upload(file: Path, bucket: str, key: str, account: str) -> bool:
    """Put a zip into the bucket unless it is there. Says whether it was put."""
    from botocore.exceptions import ClientError

    s3 = client("s3", patience=UPLOAD_SECONDS)
    with explained(f"Uploading {file.name}"):
        try:
            s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=account)
            return False
        except ClientError as refused:
            if code_of(refused) not in ("404", "NoSuchKey"):
                raise
        with file.open("rb") as content:
            s3.put_object(Bucket=bucket, Key=key, Body=content, ExpectedBucketOwner=account, ChecksumAlgorithm="SHA256")
    return True


def delete_code(bucket: str, name: str) -> int:
    """Delete every version of every zip of one Muster. Returns how many."""
    s3, gone = client("s3"), 0
    with explained(f"Emptying {bucket}"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{name}/"):
            found = [
                {"Key": version["Key"], "VersionId": version["VersionId"]}
                for version in page.get("Versions", []) + page.get("DeleteMarkers", [])
            ]
            if found:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
                gone += len(found)
    return gone
