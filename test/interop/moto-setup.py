"""Fills a moto server with what the tests sign in as, and prints its names as JSON."""

import json
import sys

import boto3

endpoint = sys.argv[1]


def client(service):
    return boto3.client(
        service,
        region_name='eu-west-1',
        endpoint_url=endpoint,
        aws_access_key_id='setup',
        aws_secret_access_key='setup',
    )


iam = client('iam')
idp = client('cognito-idp')
identity = client('cognito-identity')
dynamodb = client('dynamodb')

user = iam.create_user(UserName='ana')['User']
key = iam.create_access_key(UserName='ana')['AccessKey']
trust = json.dumps({'Version': '2012-10-17', 'Statement': []})
role = iam.create_role(RoleName='Reader', AssumeRolePolicyDocument=trust)['Role']

pool = idp.create_user_pool(PoolName='people')['UserPool']['Id']
app = idp.create_user_pool_client(
    UserPoolId=pool,
    ClientName='driver',
    GenerateSecret=True,
    ExplicitAuthFlows=['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
)['UserPoolClient']
idp.admin_create_user(UserPoolId=pool, Username='bea', MessageAction='SUPPRESS')
idp.admin_set_user_password(UserPoolId=pool, Username='bea', Password='Secret-123', Permanent=True)
identities = identity.create_identity_pool(IdentityPoolName='people', AllowUnauthenticatedIdentities=False)

dynamodb.create_table(
    TableName='orders',
    KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}],
    AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],
    BillingMode='PAY_PER_REQUEST',
)
for i in range(3):
    dynamodb.put_item(TableName='orders', Item={'id': {'S': f'o{i}'}, 'total': {'N': str(i * 10)}})

print(
    json.dumps(
        {
            'keyId': key['AccessKeyId'],
            'secret': key['SecretAccessKey'],
            'userArn': user['Arn'],
            'roleArn': role['Arn'],
            'pool': pool,
            'app': app['ClientId'],
            'appSecret': app['ClientSecret'],
            'identityPool': identities['IdentityPoolId'],
        }
    )
)
